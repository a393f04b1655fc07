import Foundation
import RankData
import RankEngine
import RankTraining
import TestSupport
import Testing

/// However many threads train, they train the same model.
@Suite(.timeLimit(.minutes(5))) struct ThreadsTests {
    private static let threads = [1, 2, 3, 4, 7]

    /// Options of a step of which each goes through loops of its own.
    struct Step: CustomTestStringConvertible {
        var optimizer = Optimizer.adagrad(Adagrad())
        var loss = Loss.meanSquaredError
        var regularization = Regularization()

        var testDescription: String { "\(optimizer.name), \(loss.formula.rawValue), \(regularization)" }
    }

    private static let steps = [
        Step(), Step(optimizer: .adam(Adam())),
        Step(regularization: Regularization(dropout: 0.3, kernelPenalty: 0.01, embeddingPenalty: 0.02)),
        Step(optimizer: .adam(Adam()), loss: Loss(.pairwiseLogistic), regularization: Regularization(dropout: 0.1)),
        Step(loss: Loss(.listMLE, temperature: 0.5)),
    ]

    /// Hidden layers and examples of a batch: loops that are worth several threads, with remainders; without hidden
    /// layers; fewer rows than threads, in layers that are worth them.
    private static let shapes: [(hidden: [Int], batch: Int)] = [
        ([131, 67], 611), ([67], 1_000), ([], 997), ([256, 300], 3),
    ]

    @Test(arguments: steps, shapes) func trainToTheSameBits(
        _ options: Step,
        _ size: (hidden: [Int], batch: Int)
    ) throws {
        let shape = try NetworkShape(
            userRows: 401,
            itemRows: 503,
            userDimensions: 32,
            itemDimensions: 21,
            hidden: size.hidden
        )
        var random = NumPyRandom(seed: 11)
        let network = RankingNetwork(shape: shape, random: &random)
        let count = 2 * size.batch
        let users = (0..<count).map { _ in Int32(random.nextInteger(upTo: 400)) }
        let items = (0..<count).map { _ in Int32(random.nextInteger(upTo: 502)) }
        let labels = (0..<count).map { _ in Float(random.nextUnit()) }
        let results = Self.threads.map { threads in
            let team = Team(threads: threads)
            #expect(team.threads == threads)
            let settings = TrainerSettings(
                options.optimizer,
                loss: options.loss,
                regularization: options.regularization,
                seed: 3
            )
            var trainer = NetworkTrainer(network, settings, product: MatrixProduct(.best, team: team))
            var losses: [Double] = []
            for rows in [0..<size.batch, size.batch..<count, 1..<size.batch] {
                let lists = options.loss.ranks ? [rows.count / 2, rows.count - rows.count / 2] : []
                losses.append(
                    trainer.step(
                        users: users[rows],
                        items: items[rows],
                        labels: labels[rows],
                        lists: lists[...]
                    )
                )
            }
            return (losses, trainer.state)
        }
        for (threads, result) in zip(Self.threads, results) {
            #expect(result.0.map(\.bitPattern) == results[0].0.map(\.bitPattern), "\(threads) threads")
            #expect(Self.bits(result.1) == Self.bits(results[0].1), "\(threads) threads")
        }
        #expect(Self.bits(results[0].1)[0] != network.parameters.map(\.bitPattern))
    }

    private static func bits(_ state: TrainerState) -> [[UInt32]] {
        ([state.network] + state.slots).map { $0.parameters.map(\.bitPattern) }
    }

    private static func wide() -> TrainingOptions {
        var options = Sample.options()
        (options.userDimensions, options.itemDimensions, options.hidden) = (32, 32, [128, 64])
        (options.epochs, options.batchSize) = (4, 256)
        return options
    }

    private static func everything() -> TrainingOptions {
        var options = wide()
        options.optimizer = .adam(Adam(rate: 0.005))
        options.decay = LearningRateDecay(.cosine, finalShare: 0.1)
        options.reshuffles = true
        options.regularization = Regularization(dropout: 0.3, kernelPenalty: 1e-4, embeddingPenalty: 1e-5)
        options.validation = TrainingOptions.Validation(fraction: 0.2)
        return options
    }

    private static func ranking(_ formula: Loss.Formula) -> TrainingOptions {
        var options = wide()
        options.loss = Loss(formula)
        return options
    }

    @Test(arguments: [
        wide(), everything(), ranking(.pairwiseLogistic), ranking(.listwiseSoftmax), ranking(.listMLE),
    ])
    func writeTheSameFile(_ options: TrainingOptions) throws {
        let directory = try TemporaryDirectory()
        let data = try TrainingData(Sample.data(), split: .seed(42))
        let models = try Self.threads.map { threads in
            let result = try Training(options, threads: threads).run(on: data)
            #expect(result.threads == threads)
            let model = try TrainedModel(network: result, on: data, options)
            return (try model.write(to: directory.file("\(threads)")), result.epochs)
        }
        for model in models { #expect(model.0 == models[0].0 && model.1 == models[0].1) }
    }

    @Test func goOnFromEachOthersCheckpoints() throws {
        let directory = try TemporaryDirectory()
        let options = Self.everything()
        let data = try TrainingData(Sample.data(), split: .seed(42))
        let path = directory.file("checkpoint")
        let undisturbed = try Training(options).run(
            on: data,
            checkpoints: CheckpointPlan(path: path)
        ) { event in
            guard case .epoch(let report) = event else { return }
            try? FileManager.default.copyItem(atPath: path, toPath: "\(path).\(report.epoch)")
        }
        for threads in [2, 3] {
            let plan = try CheckpointPlan(path: nil, resumed: Checkpoint(path: "\(path).2"))
            let resumed = try Training(options, threads: threads).run(on: data, checkpoints: plan)
            #expect(resumed.network.parameters.map(\.bitPattern) == undisturbed.network.parameters.map(\.bitPattern))
            #expect(resumed.epochs == undisturbed.epochs)
        }
    }

    @Test func distilTheSameStudent() throws {
        let data = try TrainingData(Sample.data(), split: .seed(42), includesUnrated: true)
        var factors = FactorizationOptions.mapFM
        (factors.factors, factors.sweeps) = (4, 3)
        let taught = try FactorTraining(factors).run(on: data)
        let teacher = try Teacher(TrainedModel(factors: taught, on: data, factors), of: data.set)
        var options = DistillationOptions.distilled
        options.steps = 20
        let results = try Self.threads.map { threads in
            try Distillation(options, threads: threads).run(on: data, teacher: teacher)
        }
        for (threads, result) in zip(Self.threads, results) {
            #expect(result.threads == threads && result.reports == results[0].reports)
            #expect(result.network.parameters.map(\.bitPattern) == results[0].network.parameters.map(\.bitPattern))
        }
    }

    @Test(arguments: [0, -1, 1_025, .max, .min]) func areAsManyAsThereCanBe(_ threads: Int) {
        for make in [
            { _ = try Training(Sample.options(), threads: threads) },
            { _ = try Distillation(.distilled, threads: threads) },
        ] {
            let error = #expect(throws: TrainingError.self) { try make() }
            #expect(error?.code == .invalidOption && error?.message.contains("\(threads) threads") == true)
        }
    }
}
