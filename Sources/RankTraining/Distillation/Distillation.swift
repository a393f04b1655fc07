public import RankData
public import RankEngine

/// A training of a network towards the scores of a teacher, from their singular vectors to the last step.
///
/// Each step draws users and candidates and learns the teacher's scores of all their pairs, whether rated or not; the
/// ratings only decide how often a row is drawn. Source: Hinton, Vinyals & Dean 2015.
public struct Distillation: Sendable {
    /// The version of the procedure; it grows whenever the same data, teacher and options give other weights.
    public static let version = "rank-distill/1"

    /// What some steps came to.
    public struct StepReport: Sendable, Equatable {
        /// Counted from 1.
        public let step: Int
        /// The mean squared distance from the teacher over the steps since the last report, each before its update.
        public let loss: Double

        /// The root of the loss.
        public var rootMeanSquaredError: Double { loss.squareRoot() }
    }

    /// What it made.
    public struct Result: Sendable {
        /// The trained weights.
        ///
        /// Row 0 of each table, the one for unknown ids, has learnt what the teacher's does.
        public let network: RankingNetwork
        /// One report for each hundred steps, and for those after the last hundred.
        public let reports: [StepReport]
        /// The kernel that multiplied.
        public let kernel: Kernel
        /// How many threads computed.
        public let threads: Int
    }

    /// The largest number of scores of a teacher, users × candidates, that are held in memory: 8 bytes each at the
    /// start.
    static let scoreLimit = 1 << 26
    private static let reportInterval = 100

    private let options: DistillationOptions
    private let kernel: Kernel
    private let threads: Int

    /// Prepares a distillation.
    ///
    /// - Parameters:
    ///   - options: What to train.
    ///   - kernel: What multiplies. It changes no bit of the result.
    ///   - threads: How many threads compute, one of `Training.threadCounts`. It changes no bit of the result.
    /// - Throws: `TrainingError` with code `invalidOption`.
    public init(_ options: DistillationOptions, kernel: Kernel = .best, threads: Int = 1) throws(TrainingError) {
        try options.validate()
        try Training.validate(threads: threads)
        self.options = options
        self.kernel = kernel
        self.threads = threads
    }

    /// Trains.
    ///
    /// - Parameters:
    ///   - set: The rows. Its test examples are not looked at, nor the labels of any.
    ///   - data: The data set that `set` was made from.
    ///   - teacher: Made for `set`.
    ///   - show: Called after each report, on the calling thread. It does not influence the result.
    /// - Returns: The weights, and how far they were from the teacher.
    /// - Throws: `TrainingError` with code `diverged` when the loss is not finite, `invalidOption` for impossible
    ///   sizes, `unsuitableData` for more users × candidates than fit, `engineFailed` when the teacher's score is not
    ///   finite.
    public func run(
        on set: TrainingSet,
        _ data: DataSet,
        teacher: Teacher,
        show: (StepReport) -> Void = { _ in }
    ) throws(TrainingError) -> Result {
        let shape = try NetworkShape(
            userRows: set.users.rowCount,
            candidateRows: set.candidates.rowCount,
            userDimensions: options.dimensions,
            candidateDimensions: options.dimensions,
            hidden: options.hidden
        )
        try shape.requireRoom(batch: options.users * options.candidates)
        let users = TaughtRows(set.users, rated: set.training.users, described: data.userAttributes.ids)
        let items = TaughtRows(set.candidates, rated: set.training.candidates, described: data.itemAttributes.ids)
        let scores = try self.scores(of: teacher, users.rows, items.rows)
        let product = MatrixProduct(kernel, team: Team(threads: threads))
        var random = NumPyRandom(seed: options.seed)
        let initial = start(shape, scores, users, items, product, &random)
        let settings = TrainerSettings(options.optimizer, decay: options.decay, plannedSteps: options.steps)
        var trainer = NetworkTrainer(initial, settings, product: product)
        var reports: [StepReport] = []
        var batch = PairBatch(users: options.users, candidates: options.candidates)
        var (squares, since) = (0.0, 0)
        for step in 1...options.steps {
            batch.draw(users, items, from: scores, &random)
            squares += trainer.step(
                users: batch.userRows[...],
                candidates: batch.candidateRows[...],
                labels: batch.labels[...]
            )
            since += batch.labels.count
            guard step.isMultiple(of: Self.reportInterval) || step == options.steps else { continue }
            let report = StepReport(step: step, loss: squares / Double(since))
            guard report.loss.isFinite else {
                throw TrainingError(
                    .diverged,
                    "the distance from the teacher is no longer a finite number in step \(step); "
                        + "try a lower learning rate"
                )
            }
            (squares, since) = (0, 0)
            reports.append(report)
            show(report)
        }
        var network = trainer.network
        network.copyFirstRows(exceptTo: users.rows, items.rows)
        return Result(network: network, reports: reports, kernel: product.kernel, threads: product.team.threads)
    }

    /// The teacher's score of each taught user and candidate.
    private func scores(
        of teacher: Teacher,
        _ users: [Int32],
        _ candidates: [Int32]
    ) throws(TrainingError) -> [Float] {
        guard candidates.count <= Self.scoreLimit / users.count else {
            throw TrainingError(
                .unsuitableData,
                "\(users.count) users × \(candidates.count) items are more than the \(Self.scoreLimit) scores of a "
                    + "teacher that are held in memory; distil on a sample of them, or serve the teacher itself"
            )
        }
        var scores: [Float] = []
        scores.reserveCapacity(users.count * candidates.count)
        for start in stride(from: 0, to: users.count, by: 64) {
            scores += try teacher.scores(users: users[start..<min(start + 64, users.count)], candidates: candidates)
        }
        return scores
    }

    /// A network that starts from the teacher's singular vectors, its layers untrained.
    private func start(
        _ shape: NetworkShape,
        _ scores: [Float],
        _ users: TaughtRows,
        _ items: TaughtRows,
        _ product: MatrixProduct,
        _ random: inout NumPyRandom
    ) -> RankingNetwork {
        let start = SingularStart(
            centring: AlignedFloats(scores),
            rows: users.rows.count,
            columns: items.rows.count,
            dimensions: options.dimensions,
            seed: options.seed,
            product
        )
        func table(_ embeddings: [Float], _ rows: [Int32], _ count: Int) -> [Float] {
            let width = options.dimensions
            var table = [Float](repeating: 0, count: count * width)
            for (place, row) in rows.enumerated() {
                let target = Int(row) * width
                table.replaceSubrange(target..<target + width, with: embeddings[place * width..<(place + 1) * width])
            }
            return table
        }
        var network = RankingNetwork(
            shape: shape,
            userEmbedding: table(start.users, users.rows, shape.userRows),
            candidateEmbedding: table(start.candidates, items.rows, shape.candidateRows),
            layers: RankingNetwork.freshLayers(of: shape, &random)
        )
        network.layers[shape.layers.count - 1].bias = [start.mean]
        return network
    }
}

extension RankingNetwork {
    /// Gives the rows that were not taught what row 0 has.
    fileprivate mutating func copyFirstRows(exceptTo users: [Int32], _ candidates: [Int32]) {
        func copy(_ table: inout [Float], _ dimensions: Int, _ taught: [Int32]) {
            let first = table[..<dimensions]
            var isTaught = [Bool](repeating: false, count: table.count / dimensions)
            for row in taught { isTaught[Int(row)] = true }
            for row in isTaught.indices where !isTaught[row] {
                table.replaceSubrange(row * dimensions..<(row + 1) * dimensions, with: first)
            }
        }
        copy(&userEmbedding, shape.userDimensions, users)
        copy(&candidateEmbedding, shape.candidateDimensions, candidates)
    }
}
