import RankData
public import RankEngine

/// A training of a network on a training set, from fresh weights to the last epoch.
///
/// One generator, `NumPyRandom(seed:)`, draws first the weights, as `RankingNetwork.init(shape:random:)` says, and then
/// `permutation(count)` of the training examples: the one order of all epochs.
public struct Training: Sendable {
    /// The version of the procedure; it grows whenever the same data and options give other weights.
    public static let version = "rank-train/2"

    /// What is shown while it runs.
    public enum Event: Sendable, Equatable {
        /// A step is done; the loss is the epoch's so far.
        case step(epoch: Int, step: Int, steps: Int, loss: Double)
        /// An epoch is done.
        case epoch(EpochReport)
    }

    /// What an epoch came to.
    ///
    /// Losses are mean squared errors of labels.
    public struct EpochReport: Sendable, Equatable {
        /// Counted from 1.
        public let epoch: Int
        /// Over the training examples, each before the update by its batch, as Keras has it.
        public let loss: Double
        /// Over the test examples after the epoch; nil without a test set.
        public let testLoss: Double?

        /// The root of the loss.
        public var rootMeanSquaredError: Double { loss.squareRoot() }
        /// The root of the test loss.
        public var testRootMeanSquaredError: Double? { testLoss?.squareRoot() }
    }

    /// What it made.
    public struct Result: Sendable {
        /// The trained weights.
        ///
        /// Row 0 of each table, the one for unknown ids, is the mean of the rows that were trained.
        public let network: RankingNetwork
        /// One report per epoch.
        public let epochs: [EpochReport]
        /// The kernel that multiplied.
        public let kernel: Kernel
    }

    private let options: TrainingOptions
    private let product: MatrixProduct

    /// Prepares a training.
    ///
    /// - Parameters:
    ///   - options: What to train.
    ///   - kernel: What multiplies. It changes no bit of the result.
    /// - Throws: `TrainingError` with code `invalidOption`.
    public init(_ options: TrainingOptions, kernel: Kernel = .best) throws(TrainingError) {
        try options.validate()
        self.options = options
        product = MatrixProduct(kernel)
    }

    /// Trains.
    ///
    /// - Parameters:
    ///   - set: What to train on.
    ///   - show: Called after each step and each epoch, on the calling thread. It does not influence the result.
    /// - Returns: The weights and how the losses went.
    /// - Throws: `TrainingError` with code `diverged` when a loss is not finite, `invalidOption` for impossible sizes.
    public func run(on set: TrainingSet, show: (Event) -> Void = { _ in }) throws(TrainingError) -> Result {
        let shape = try NetworkShape(
            userRows: set.users.rowCount,
            candidateRows: set.candidates.rowCount,
            userDimensions: options.userDimensions,
            candidateDimensions: options.candidateDimensions,
            hidden: options.hidden
        )
        var random = NumPyRandom(seed: options.seed)
        let initial = RankingNetwork(shape: shape, random: &random)
        let examples = set.training.permuted(random.permutation(set.training.count))
        let steps = (examples.count - 1) / options.batchSize + 1
        var trainer = NetworkTrainer(
            initial,
            optimizer: options.optimizer,
            decay: options.decay,
            plannedSteps: steps * options.epochs,
            product: product
        )
        var reports: [EpochReport] = []
        for epoch in 1...options.epochs {
            let loss = trainEpoch(epoch, &trainer, examples, show)
            let report = EpochReport(epoch: epoch, loss: loss, testLoss: testLoss(&trainer, set.test))
            guard loss.isFinite, report.testLoss?.isFinite ?? true else {
                throw TrainingError(
                    .diverged,
                    "the loss is no longer a finite number in epoch \(epoch): the training has diverged; "
                        + "try a lower learning rate, fewer epochs or a larger batch"
                )
            }
            reports.append(report)
            show(.epoch(report))
        }
        var network = trainer.network
        network.averageIntoFirstRows(users: set.training.users, candidates: set.training.candidates)
        return Result(network: network, epochs: reports, kernel: product.kernel)
    }

    private func trainEpoch(
        _ epoch: Int,
        _ trainer: inout NetworkTrainer,
        _ examples: TrainingSet.Examples,
        _ show: (Event) -> Void
    ) -> Double {
        let steps = (examples.count - 1) / options.batchSize + 1
        var squares = 0.0
        for step in 1...steps {
            let end = min(step * options.batchSize, examples.count)
            let rows = (step - 1) * options.batchSize..<end
            squares += trainer.step(
                users: examples.users[rows],
                candidates: examples.candidates[rows],
                labels: examples.labels[rows]
            )
            show(.step(epoch: epoch, step: step, steps: steps, loss: squares / Double(end)))
        }
        return squares / Double(examples.count)
    }

    private func testLoss(_ trainer: inout NetworkTrainer, _ test: TrainingSet.Examples) -> Double? {
        guard test.count > 0 else { return nil }
        var squares = 0.0
        for start in stride(from: 0, to: test.count, by: 1_000) {
            let rows = start..<min(start + 1_000, test.count)
            squares += trainer.loss(
                users: test.users[rows],
                candidates: test.candidates[rows],
                labels: test.labels[rows]
            )
        }
        return squares / Double(test.count)
    }
}

extension RankingNetwork {
    /// Sets row 0 of each table to the mean of the rows that occur among the examples.
    ///
    /// Summed in float64 by ascending row.
    mutating func averageIntoFirstRows(users: [Int32], candidates: [Int32]) {
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
        average(&candidateEmbedding, shape.candidateDimensions, over: candidates)
    }
}
