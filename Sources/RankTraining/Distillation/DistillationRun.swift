import RankData
import RankEngine

/// A distillation in progress.
struct DistillationRun: ResumableRun, ~Copyable {
    let options: DistillationOptions
    let data: TrainingData
    let teacher: Teacher
    private let product: MatrixProduct
    private let settings: TrainerSettings
    private let users: TaughtRows
    private let items: TaughtRows
    /// The teacher's scores, by taught user and item.
    private let scores: [Float]
    /// The test examples with the rows that the result will have for them; nil where no report is tested.
    private let test: TrainingSet.Examples?
    private var batch: PairBatch
    /// The generator, after the draws of the last step.
    var random: NumPyRandom
    var trainer: NetworkTrainer
    /// One for each `Distillation.reportInterval` steps so far, and for those after the last of these.
    var reports: [Distillation.StepReport] = []

    /// A distillation before its first step.
    init(
        _ options: DistillationOptions,
        _ data: TrainingData,
        _ teacher: Teacher,
        _ product: MatrixProduct,
        testingReports: Bool
    ) throws(TrainingError) {
        let (shape, users, items) = try Self.subject(options, data)
        scores = try Self.scores(of: teacher, users.rows, items.rows)
        var random = NumPyRandom(seed: options.seed)
        let initial = Self.start(shape, options, scores, users, items, product, &random)
        self.random = random
        settings = TrainerSettings(options.optimizer, decay: options.decay, plannedSteps: options.steps)
        trainer = NetworkTrainer(initial, settings, product: product)
        batch = PairBatch(users: options.users, items: options.items)
        let set = data.set
        test = testingReports && set.test.count > 0 ? set.test.taught(users.rows, items.rows) : nil
        self.options = options
        self.data = data
        self.teacher = teacher
        self.product = product
        self.users = users
        self.items = items
    }

    /// The student's shape and the rows that it learns, before anything is computed.
    ///
    /// - Throws: `invalidOption` for layers that do not fit, `unsuitableData` for more users × items than do.
    static func subject(
        _ options: DistillationOptions,
        _ data: TrainingData
    ) throws(TrainingError) -> (shape: NetworkShape, users: TaughtRows, items: TaughtRows) {
        let (set, dataSet) = (data.set, data.dataSet)
        let shape = try NetworkShape(
            userRows: set.users.rowCount,
            itemRows: set.items.rowCount,
            userDimensions: options.dimensions,
            itemDimensions: options.dimensions,
            hidden: options.hidden
        )
        try shape.requireRoom(batch: options.users * options.items)
        let users = TaughtRows(set.users, rated: set.training.users, described: dataSet.userAttributes.ids)
        let items = TaughtRows(set.items, rated: set.training.items, described: dataSet.itemAttributes.ids)
        guard items.rows.count <= Distillation.scoreLimit / users.rows.count else {
            throw TrainingError(
                .unsuitableData,
                "\(users.rows.count) users × \(items.rows.count) items are more than the \(Distillation.scoreLimit) "
                    + "scores of a teacher that are held in memory; give data of fewer, or serve the teacher itself"
            )
        }
        return (shape, users, items)
    }

    /// Whether the last step is done.
    var isFinished: Bool { position >= options.steps }

    /// The product of the training so far.
    var result: Distillation.Result {
        var network = trainer.network
        network.copyFirstRows(exceptTo: users.rows, items.rows)
        return Distillation.Result(
            network: network,
            reports: reports,
            kernel: product.kernel,
            threads: product.team.threads
        )
    }

    /// Replaces the trainer by one that continues from a state.
    ///
    /// - Precondition: The state is one of this distillation.
    mutating func resume(_ state: TrainerState) {
        trainer = NetworkTrainer(resuming: state, settings, product: product)
    }

    /// Trains up to the next report.
    ///
    /// - Throws: `diverged` when a loss is not finite.
    mutating func advance(_: (Distillation.StepReport) -> Void) throws(TrainingError) {
        let steps = position + 1...min(position + Distillation.reportInterval, options.steps)
        var squares = 0.0
        for _ in steps {
            batch.draw(users, items, from: scores, &random)
            squares += trainer.step(
                users: batch.userRows[...],
                items: batch.itemRows[...],
                labels: batch.labels[...]
            )
        }
        let loss = squares / Double(steps.count * batch.labels.count)
        guard loss.isFinite else { throw Self.diverged(in: steps.upperBound) }
        reports.append(Distillation.StepReport(step: steps.upperBound, loss: loss, testLoss: testLoss()))
    }

    static func event(_ report: Distillation.StepReport) -> Distillation.StepReport { report }

    static func diverged(in step: Int) -> TrainingError {
        TrainingError(
            .diverged,
            "the distance from the teacher is no longer a finite number in step \(step); try another seed or, with a "
                + "teacher's file, a lower learning rate; if it went on from a checkpoint, train without"
        )
    }

    /// The mean squared error of the test labels.
    private mutating func testLoss() -> Double? {
        guard let test else { return nil }
        var squares = 0.0
        for start in stride(from: 0, to: test.count, by: batch.labels.count) {
            let rows = start..<min(start + batch.labels.count, test.count)
            squares += trainer.loss(
                users: test.users[rows],
                items: test.items[rows],
                labels: test.labels[rows]
            )
        }
        return squares / Double(test.count)
    }

    /// The teacher's score of each taught user and item.
    private static func scores(
        of teacher: Teacher,
        _ users: [Int32],
        _ items: [Int32]
    ) throws(TrainingError) -> [Float] {
        var scores: [Float] = []
        scores.reserveCapacity(users.count * items.count)
        for start in stride(from: 0, to: users.count, by: 64) {
            scores += try teacher.scores(users: users[start..<min(start + 64, users.count)], items: items)
        }
        return scores
    }

    /// A network that starts from the teacher's singular vectors, its layers untrained.
    private static func start(
        _ shape: NetworkShape,
        _ options: DistillationOptions,
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
            itemEmbedding: table(start.items, items.rows, shape.itemRows),
            layers: RankingNetwork.freshLayers(of: shape, &random)
        )
        network.layers[shape.layers.count - 1].bias = [start.mean]
        return network
    }
}

extension RankingNetwork {
    /// Copies row 0 to the rows that were not taught.
    fileprivate mutating func copyFirstRows(exceptTo users: [Int32], _ items: [Int32]) {
        func copy(_ table: inout [Float], _ dimensions: Int, _ taught: [Int32]) {
            let first = table[..<dimensions]
            var isTaught = [Bool](repeating: false, count: table.count / dimensions)
            for row in taught { isTaught[Int(row)] = true }
            for row in isTaught.indices where !isTaught[row] {
                table.replaceSubrange(row * dimensions..<(row + 1) * dimensions, with: first)
            }
        }
        copy(&userEmbedding, shape.userDimensions, users)
        copy(&itemEmbedding, shape.itemDimensions, items)
    }
}

extension TrainingSet.Examples {
    /// The examples with row 0 in place of rows that are not taught, as the result will score them.
    fileprivate func taught(_ userRows: [Int32], _ itemRows: [Int32]) -> TrainingSet.Examples {
        let (taughtUsers, taughtItems) = (Set(userRows), Set(itemRows))
        var examples = self
        examples.users = users.map { taughtUsers.contains($0) ? $0 : 0 }
        examples.items = items.map { taughtItems.contains($0) ? $0 : 0 }
        return examples
    }
}
