import RankData
import RankEngine

/// A factorisation machine's training in progress.
struct FactorRun: ResumableRun {
    private let options: FactorizationOptions
    private let data: TrainingData
    private var machine: FactorizationMachine
    /// The sampler, once the sweeps of best coefficients are done.
    private var sampler: Sampler?
    /// The test examples; nil where no sweep is tested.
    private var test: HeldOutRatings?
    /// One per sweep so far.
    private(set) var reports: [FactorTraining.SweepReport] = []

    private struct Sampler {
        var rule: PosteriorDraw
        var mixture: FactorMixture
    }

    /// A training before its first sweep.
    init(_ options: FactorizationOptions, _ data: TrainingData, testingSweeps: Bool = false) {
        self.options = options
        self.data = data
        machine = FactorTraining.machine(data, options)
        test = testingSweeps ? HeldOutRatings(data.set.test) : nil
    }

    /// Whether the last sweep is done.
    var isFinished: Bool { reports.count >= options.sweeps + (options.sampling?.sweeps ?? 0) }

    /// The product of the training so far.
    var result: FactorTraining.Result {
        let tables =
            sampler.map {
                FoldedFactors($0.mixture, of: machine, dimensions: options.factors, seed: options.seed)
            } ?? FoldedFactors(machine)
        return FactorTraining.Result(tables: tables, sweeps: reports)
    }

    /// Sweeps once more.
    ///
    /// - Throws: `diverged` when the loss is not finite.
    mutating func advance(_: (FactorTraining.SweepReport) -> Void) throws(TrainingError) {
        var testSquares: Double?
        if let sampling = options.sampling, reports.count >= options.sweeps {
            var sampler = self.sampler ?? startSampling(sampling)
            // With a single owner the columns grow in place, without a copy.
            self.sampler = nil
            machine.sweep(by: &sampler.rule)
            if sampling.isAveraged(reports.count + 1 - options.sweeps) {
                sampler.mixture.add(machine, weight: sampling.share / Double(sampling.count))
                test?.add(machine)
            }
            self.sampler = sampler
            testSquares = test?.lossOfMixture
        } else {
            machine.sweep()
            testSquares = test?.loss(of: machine)
        }
        let unit = StarLabel.starsPerUnit * StarLabel.starsPerUnit
        let loss = machine.loss / unit
        guard loss.isFinite else { throw diverged(in: reports.count + 1) }
        reports.append(
            FactorTraining.SweepReport(sweep: reports.count + 1, loss: loss, testLoss: testSquares.map { $0 / unit })
        )
    }

    static func event(_ report: FactorTraining.SweepReport) -> FactorTraining.SweepReport { report }

    /// Mixes the machine of best coefficients in, and puts the one to draw in its place.
    private mutating func startSampling(_ sampling: FactorizationOptions.Sampling) -> Sampler {
        var sampler = emptySampler(sampling)
        if sampling.share < 1 { sampler.mixture.add(machine, weight: 1 - sampling.share) }
        test?.mix(machine, share: sampling.share)
        machine = drawnMachine(sampling)
        return sampler
    }

    private func emptySampler(_ sampling: FactorizationOptions.Sampling) -> Sampler {
        Sampler(
            rule: PosteriorDraw(
                seed: options.seed,
                priorCount: sampling.priorCount,
                priorPrecision: sampling.priorPrecision
            ),
            mixture: FactorMixture(users: machine.users.groups, items: machine.items.groups)
        )
    }

    private func drawnMachine(_ sampling: FactorizationOptions.Sampling) -> FactorizationMachine {
        var drawn = options
        drawn.factors = sampling.factors
        return FactorTraining.machine(data, drawn)
    }

    private func diverged(in sweep: Int) -> TrainingError {
        TrainingError(
            .diverged,
            "the loss is no longer a finite number in sweep \(sweep): the training has diverged; try another seed or "
                + "fewer factors, or, in code, larger penalties; if it went on from a checkpoint, train without it"
        )
    }
}

// MARK: - Checkpoints

extension FactorRun {
    /// The names of a checkpoint's tensors.
    private enum Name {
        /// `FactorizationMachine.state`.
        static let machine = "machine"
        /// The loss of each sweep.
        static let losses = "losses"
        /// `PosteriorDraw.words`, once it draws.
        static let draws = "draws"
        /// `FactorMixture.state`, once it draws.
        static let mixture = "mixture"
    }

    var identity: [String: String] {
        var members = TrainingFingerprint(data, options).fields
        members["split"] = nil
        members["scale"] = data.fingerprint.scale
        members["user_rows"] = "\(data.set.users.rowCount)"
        members["candidate_rows"] = "\(data.set.items.rowCount)"
        return members.merging(options.penaltyMembers) { own, _ in own }
    }

    func tensors() throws(TrainingError) -> Checkpoint.Tensors {
        let state = machine.state
        guard state.allSatisfy(\.isFinite) else { throw diverged(in: reports.count) }
        var tensors: Checkpoint.Tensors = [
            (Name.machine, .doubles(state)), (Name.losses, .doubles(reports.map(\.loss))),
        ]
        if let sampler {
            tensors.append((Name.draws, .numbers(sampler.rule.words)))
            tensors.append((Name.mixture, .doubles(sampler.mixture.state)))
        }
        return tensors
    }

    mutating func restore(_ checkpoint: Checkpoint) throws(TrainingError) {
        let losses = try checkpoint.doubles(Name.losses)
        guard losses.count == checkpoint.epoch, losses.count <= options.sweeps + (options.sampling?.sweeps ?? 0)
        else { throw checkpoint.inconsistent }
        if let sampling = options.sampling, losses.count > options.sweeps {
            var sampler = emptySampler(sampling)
            let draws = losses.count - options.sweeps
            let averaged = (1...draws).filter(sampling.isAveraged).count
            let columns = averaged * sampling.factors + (sampling.share < 1 ? options.factors : 0)
            guard sampler.rule.restore(try checkpoint.numbers(Name.draws)),
                sampler.mixture.restore(try checkpoint.doubles(Name.mixture), columns: columns)
            else { throw checkpoint.inconsistent }
            machine = drawnMachine(sampling)
            self.sampler = sampler
            // The predictions of earlier draws are not in the checkpoint, so the mixture can no longer be tested.
            test = nil
        }
        guard machine.restore(try checkpoint.doubles(Name.machine)) else { throw checkpoint.inconsistent }
        reports = losses.enumerated().map { FactorTraining.SweepReport(sweep: $0 + 1, loss: $1, testLoss: nil) }
    }
}
