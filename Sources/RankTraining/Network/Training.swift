import RankData
public import RankEngine

/// A training of a network, from fresh weights to the last epoch.
///
/// One generator, `NumPyRandom(seed:)`, draws first the weights, as `RankingNetwork.init(shape:random:)` says. Where
/// there is a validation part, `permutation(count)` of the training examples follows, whose last `fraction · count`
/// ones, rounded down, are held out; the others keep their order. Then comes `permutation(count)` of the examples to
/// train on: the one order of all epochs, or one for each; a ranking loss draws the order of its lists after it.
public struct Training: Sendable {
    /// The version of the procedure; it grows whenever the same data and options give other weights.
    public static let version = "rank-train/2"

    /// The news of a running training.
    public enum Event: Sendable, Equatable {
        /// A step is done; the loss is the epoch's so far.
        case step(epoch: Int, step: Int, steps: Int, loss: Double)
        /// An epoch is done.
        case epoch(EpochReport)
    }

    /// The losses of an epoch.
    ///
    /// Losses are mean squared errors of labels, or what `Loss.Formula` says of a ranking loss; then roots mean
    /// nothing.
    public struct EpochReport: ProgressReport {
        /// Counted from 1.
        public let epoch: Int
        /// Over the training examples, each before the update by its batch, as Keras has it; what dropout left of the
        /// network, and without penalties.
        public let loss: Double
        /// Over the validation part after the epoch; nil without one.
        public let validationLoss: Double?
        /// Over the test examples after the epoch; nil without a test set.
        public let testLoss: Double?

        /// The word for what is counted.
        public static let unit = "epoch"
        /// The epoch.
        public var position: Int { epoch }
    }

    /// The product of a training.
    public struct Result: Sendable {
        /// The trained weights.
        ///
        /// The weights after the epoch that did best on the validation part, or after the last one where there is none.
        /// Row 0 of each table, the one for unknown ids, is the mean of the rows that were trained.
        public let network: RankingNetwork
        /// One report per epoch; those before a resumption are among them.
        public let epochs: [EpochReport]
        /// The epoch after which the weights were as they are here.
        public let keptEpoch: Int
        /// The kernel that multiplied.
        public let kernel: Kernel
        /// The number of threads that computed.
        public let threads: Int
    }

    let options: TrainingOptions
    let kernel: Kernel
    let threads: Int

    /// Prepares a training.
    ///
    /// - Parameters:
    ///   - options: The options of the training.
    ///   - kernel: The kernel that multiplies. It changes no bit of the result.
    ///   - threads: The number of threads, one of `threadCounts`. It changes no bit of the result.
    /// - Throws: `TrainingError` with code `invalidOption`.
    public init(_ options: TrainingOptions, kernel: Kernel = .best, threads: Int = 1) throws(TrainingError) {
        try options.validate()
        try Self.validate(threads: threads)
        self.options = options
        self.kernel = kernel
        self.threads = threads
    }

    /// The numbers of threads that are accepted.
    public static let threadCounts = Team.counts

    static func validate(threads: Int) throws(TrainingError) {
        guard threadCounts.contains(threads) else {
            throw TrainingError(
                .invalidOption,
                "\(threads) threads; choose from \(threadCounts.lowerBound) to \(threadCounts.upperBound)"
            )
        }
    }

    /// Trains.
    ///
    /// - Parameters:
    ///   - data: The data.
    ///   - checkpoints: The plan of the checkpoints to write and to resume.
    ///   - show: Called after each step and each epoch, on the calling thread. It does not influence the result.
    /// - Returns: The weights and how the losses went.
    /// - Throws: `TrainingError` with code `diverged` when a loss or a weight is not finite, `invalidOption` for
    ///   impossible sizes, `unsuitableData` when a validation part would have no examples or all of them,
    ///   `checkpointRefused` when the checkpoint to resume is of another run, `engineFailed` when one cannot be
    ///   written. An earlier checkpoint is left as it was.
    public func run(
        on data: TrainingData,
        checkpoints: CheckpointPlan? = nil,
        show: (Event) -> Void = { _ in }
    ) throws(TrainingError) -> Result {
        var run = try TrainingRun(options, data, MatrixProduct(kernel, team: Team(threads: threads)))
        return try run.complete(checkpoints, show: show)
    }
}

extension TrainingFingerprint {
    /// The fingerprint of a network's training.
    init(_ data: DataFingerprint, _ options: TrainingOptions) {
        let identity = data.members.merging(["version": Training.version]) { own, _ in own }
        self.init(options.distinctiveMembers.merging(identity) { _, identity in identity })
    }
}

extension RankingNetwork {
    /// Sets row 0 of each table to the mean of the rows that occur among the examples.
    ///
    /// Summed in float64 by ascending row.
    mutating func averageIntoFirstRows(users: [Int32], items: [Int32]) {
        func average(_ table: inout [Float], _ dimensions: Int, over rows: [Int32]) {
            var occurs = [Bool](repeating: false, count: table.count / dimensions)
            for row in rows { occurs[Int(row)] = true }
            let rows = occurs.indices.filter { occurs[$0] }
            guard !rows.isEmpty else { return }
            for column in 0..<dimensions {
                let sum = rows.reduce(0.0) { $0 + Double(table[$1 * dimensions + column]) }
                table[column] = Float(sum / Double(rows.count))
            }
        }
        average(&userEmbedding, shape.userDimensions, over: users)
        average(&itemEmbedding, shape.itemDimensions, over: items)
    }
}
