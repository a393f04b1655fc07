public import RankData

/// A training of a factorisation machine, from its start to the last sweep and to the tables that serve it.
public struct FactorTraining: Sendable {
    /// The version of the procedure; it grows whenever the same data and options give other weights.
    public static let version = "rank-train-fm/1"

    /// What a sweep came to.
    public struct SweepReport: Sendable, Equatable {
        /// Counted from 1.
        public let sweep: Int
        /// The mean squared error of the training labels after it.
        public let loss: Double

        /// The root of the loss.
        public var rootMeanSquaredError: Double { loss.squareRoot() }
    }

    /// What it made.
    public struct Result: Sendable {
        /// The tables that serve.
        public let tables: FoldedFactors
        /// One report per sweep.
        public let sweeps: [SweepReport]
    }

    private let options: FactorizationOptions

    /// Prepares a training.
    ///
    /// - Throws: `TrainingError` with code `invalidOption`.
    public init(_ options: FactorizationOptions) throws(TrainingError) {
        try options.validate()
        self.options = options
    }

    /// Trains on one thread, in time linear in ratings × factors × sweeps.
    ///
    /// - Parameters:
    ///   - set: What to train on. Its test examples are not looked at.
    ///   - data: The data set that `set` was made from, for its attributes.
    ///   - show: Called after each sweep, on the calling thread. It does not influence the result.
    /// - Returns: The tables and how the losses went.
    /// - Throws: `TrainingError` with code `diverged` when a loss is not finite, `unsuitableData` for more than 2³¹
    ///   training ratings.
    public func run(
        on set: TrainingSet,
        _ data: DataSet,
        show: (SweepReport) -> Void = { _ in }
    ) throws(TrainingError) -> Result {
        guard set.training.count <= Int(Int32.max) else {
            throw TrainingError(.unsuitableData, "more than \(Int32.max) training ratings; train on a sample of them")
        }
        var machine = Self.machine(set, data, options)
        var reports: [SweepReport] = []
        for _ in 1...options.sweeps {
            machine.sweep()
            try Self.append(machine.loss, to: &reports, show)
        }
        guard let sampling = options.sampling else {
            return Result(tables: FoldedFactors(machine), sweeps: reports)
        }
        var mixture = FactorMixture(users: machine.users.groups, items: machine.items.groups)
        if sampling.share < 1 { mixture.add(machine, weight: 1 - sampling.share) }
        var drawn = options
        drawn.factors = sampling.factors
        machine = Self.machine(set, data, drawn)
        var rule = PosteriorDraw(
            seed: options.seed,
            priorCount: sampling.priorCount,
            priorPrecision: sampling.priorPrecision
        )
        let weight = sampling.share / Double(sampling.count)
        for sweep in 1...sampling.sweeps {
            machine.sweep(by: &rule)
            try Self.append(machine.loss, to: &reports, show)
            if sampling.isAveraged(sweep) { mixture.add(machine, weight: weight) }
        }
        let tables = FoldedFactors(mixture, of: machine, dimensions: options.factors, seed: options.seed)
        return Result(tables: tables, sweeps: reports)
    }

    private static func append(
        _ squares: Double,
        to reports: inout [SweepReport],
        _ show: (SweepReport) -> Void
    ) throws(TrainingError) {
        let sweep = reports.count + 1
        let loss = squares / (StarLabel.starsPerUnit * StarLabel.starsPerUnit)
        guard loss.isFinite else {
            throw TrainingError(
                .diverged,
                "the loss is no longer a finite number in sweep \(sweep): the penalties are too small for these data"
            )
        }
        let report = SweepReport(sweep: sweep, loss: loss)
        reports.append(report)
        show(report)
    }

    /// The machine before its first sweep.
    package static func machine(
        _ set: TrainingSet,
        _ data: DataSet,
        _ options: FactorizationOptions
    ) -> FactorizationMachine {
        let training = set.training
        let users = RatingGroups(training.users, partners: training.candidates, count: set.users.rowCount)
        let items = RatingGroups(training.candidates, partners: training.users, count: set.candidates.rowCount)
        func side(
            _ groups: RatingGroups,
            _ others: RatingGroups,
            _ attributes: Attributes,
            _ index: RowIndex,
            _ penalties: FactorizationOptions.Side
        ) -> FactorSide {
            FactorSide(
                groups: groups,
                blocks: [
                    .identity(of: groups, penalty: penalties.identity),
                    .history(of: groups, with: others, penalty: penalties.history),
                ] + FeatureBlock.columns(of: attributes, index: index, penalty: penalties.columns),
                factors: options.factors
            )
        }
        return FactorizationMachine(
            stars: training.labels.map { 1 + StarLabel.starsPerUnit * Double($0) },
            users: side(users, items, data.userAttributes, set.users, options.users),
            items: side(items, users, data.itemAttributes, set.candidates, options.items),
            options
        )
    }
}
