import RankData
import RankEngine

/// A training of a factorisation machine, from its start to the last sweep and to the tables that serve it.
public struct FactorTraining: Sendable {
    /// The version of the procedure; it grows whenever the same data and options give other weights.
    public static let version = "rank-train-fm/5"

    /// The losses of a sweep.
    public struct SweepReport: ProgressReport {
        /// Counted from 1.
        public let sweep: Int
        /// The mean squared error of the training labels after it.
        public let loss: Double
        /// The mean squared error of the test labels, had the training ended with it; nil unless it was asked for,
        /// without a test set, while a sampler warms up, and of what was done before a checkpoint.
        public let testLoss: Double?

        /// The word for what is counted.
        public static let unit = "sweep"
        /// The sweep.
        public var position: Int { sweep }
    }

    /// The product of a training.
    public struct Result: Sendable {
        /// The tables that serve.
        public let tables: FoldedFactors
        /// One report per sweep.
        public let sweeps: [SweepReport]
    }

    let options: FactorizationOptions

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
    ///   - data: The data, with rows for users and items without ratings. Its test examples change no bit of the
    ///     result.
    ///   - checkpoints: The plan of the checkpoints to write and to resume.
    ///   - testingSweeps: Whether to find the test loss after each sweep, which takes time.
    ///   - show: Called after each sweep, on the calling thread. It does not influence the result.
    /// - Returns: The tables and how the losses went.
    /// - Throws: `TrainingError` with code `diverged` when a loss is not finite, `unsuitableData` for more than 2³¹
    ///   training ratings, `checkpointRefused` when the checkpoint to resume is of another run, `engineFailed` when one
    ///   cannot be written. An earlier checkpoint is left as it was.
    public func run(
        on data: TrainingData,
        checkpoints: CheckpointPlan? = nil,
        testingSweeps: Bool = false,
        show: (SweepReport) -> Void = { _ in }
    ) throws(TrainingError) -> Result {
        guard data.set.training.count <= Int(Int32.max) else {
            throw TrainingError(.unsuitableData, "more than \(Int32.max) training ratings; train on a sample of them")
        }
        var run = FactorRun(options, data, testingSweeps: testingSweeps)
        return try run.complete(checkpoints, show: show)
    }

    /// The machine before its first sweep.
    package static func machine(_ data: TrainingData, _ options: FactorizationOptions) -> FactorizationMachine {
        let (set, training) = (data.set, data.set.training)
        let users = RatingGroups(training.users, partners: training.items, count: set.users.rowCount)
        let items = RatingGroups(training.items, partners: training.users, count: set.items.rowCount)
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
            users: side(users, items, data.dataSet.userAttributes, set.users, options.users),
            items: side(items, users, data.dataSet.itemAttributes, set.items, options.items),
            options
        )
    }
}

extension TrainingFingerprint {
    /// The fingerprint of a factorisation machine's training; every sweep sees all ratings.
    init(_ data: TrainingData, _ options: FactorizationOptions) {
        var members = data.fingerprint.members
        members["batch_size"] = "\(data.set.training.count)"
        members["epochs"] = "\(options.sweeps)"
        members["factors"] = "\(options.factors)"
        members["item_attributes_sha256"] = sha256 { data.dataSet.itemAttributes.forEachCanonicalChunk($0) }
        members["preset"] = options.preset
        members["seed"] = "\(options.seed)"
        members["user_attributes_sha256"] = sha256 { data.dataSet.userAttributes.forEachCanonicalChunk($0) }
        members["version"] = FactorTraining.version
        if let sampling = options.sampling {
            members["sampling_factors"] = "\(sampling.factors)"
            members["sampling_interval"] = "\(sampling.interval)"
            members["sampling_prior_count"] = "\(sampling.priorCount)"
            members["sampling_prior_precision"] = "\(sampling.priorPrecision)"
            members["sampling_share"] = "\(sampling.share)"
            members["sampling_sweeps"] = "\(sampling.sweeps)"
            members["sampling_warm_up"] = "\(sampling.warmUp)"
        }
        self.init(members)
    }
}
