public import RankData

/// A training of a factorisation machine, from its start to the last sweep and to the tables that serve it.
public struct FactorTraining: Sendable {
    /// The version of the procedure; it grows whenever the same data and options give other weights.
    public static let version = "rank-train-fm/5"

    /// What a sweep came to.
    public struct SweepReport: Sendable, Equatable {
        /// Counted from 1.
        public let sweep: Int
        /// The mean squared error of the training labels after it.
        public let loss: Double
        /// The mean squared error of the test labels, had the training ended with it; nil unless it was asked for, without a
        /// test set, while a sampler warms up, and of what was done before a checkpoint.
        public let testLoss: Double?

        /// The root of the loss.
        public var rootMeanSquaredError: Double { loss.squareRoot() }
        /// The root of the test loss.
        public var testRootMeanSquaredError: Double? { testLoss?.squareRoot() }
    }

    /// What it made.
    public struct Result: Sendable {
        /// The tables that serve.
        public let tables: FoldedFactors
        /// One report per sweep.
        public let sweeps: [SweepReport]
    }

    private let options: FactorizationOptions
    /// The preset of the options.
    var preset: String { options.preset }

    /// Prepares a training.
    ///
    /// - Throws: `TrainingError` with code `invalidOption`.
    public init(_ options: FactorizationOptions) throws(TrainingError) {
        try options.validate()
        self.options = options
    }

    /// Trains on one thread, with work linear in ratings × factors × sweeps.
    ///
    /// - Parameters:
    ///   - set: What to train on. Its test examples change no bit of the result.
    ///   - data: The data set that `set` was made from, for its attributes.
    ///   - checkpoints: Where to keep what it takes to go on after an interruption, and where to go on.
    ///   - testingSweeps: Whether to find the test loss after each sweep, which takes time.
    ///   - show: Called after each sweep, on the calling thread. It does not influence the result.
    /// - Returns: The tables and how the losses went.
    /// - Throws: `TrainingError` with code `diverged` when a loss is not finite, `unsuitableData` for more than 2³¹
    ///   training ratings, `checkpointRefused` when the checkpoint to resume is of another run, `engineFailed` when one
    ///   cannot be written. A checkpoint written before is then as it was.
    public func run(
        on set: TrainingSet,
        _ data: DataSet,
        checkpoints: CheckpointPlan? = nil,
        testingSweeps: Bool = false,
        show: (SweepReport) -> Void = { _ in }
    ) throws(TrainingError) -> Result {
        guard set.training.count <= Int(Int32.max) else {
            throw TrainingError(.unsuitableData, "more than \(Int32.max) training ratings; train on a sample of them")
        }
        var run = FactorRun(options, set, data, testingSweeps: testingSweeps)
        if let checkpoints {
            try run.restore(checkpoints)
            if run.isFinished && run.savedSweep == nil { try run.save(checkpoints) }
        }
        while !run.isFinished {
            do throws(TrainingError) {
                try run.sweep()
                if let checkpoints { try run.save(checkpoints) }
            } catch  where error.code == .diverged {
                throw checkpoints?.explaining(error, saved: run.savedSweep, unit: "sweep") ?? error
            }
            if let report = run.reports.last { show(report) }
        }
        return run.result
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
            var blocks = [
                FeatureBlock.identity(of: groups, penalty: penalties.identity),
                .history(of: groups, with: others, penalty: penalties.history),
            ]
            blocks += FeatureBlock.columns(of: attributes, index: index, penalty: penalties.columns)
            if let penalty = penalties.numbers {
                blocks.append(.ratingCount(of: groups, penalty: penalty))
                blocks += FeatureBlock.numbers(of: attributes, index: index, in: groups, penalty: penalty)
            }
            return FactorSide(groups: groups, blocks: blocks, factors: options.factors)
        }
        return FactorizationMachine(
            stars: training.labels.map { 1 + StarLabel.starsPerUnit * Double($0) },
            users: side(users, items, data.userAttributes, set.users, options.users),
            items: side(items, users, data.itemAttributes, set.candidates, options.items),
            options
        )
    }
}
