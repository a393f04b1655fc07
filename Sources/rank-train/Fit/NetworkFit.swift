import CommandSupport
import RankCore
import RankData
import RankEngine
import RankReport
import RankTraining

/// The training of a network.
struct NetworkFit: PresetFit {
    static let includesUnrated = false
    static let checkpointInterval = 1

    private let options: TrainingOptions
    private let kernel: Kernel
    private let threads: Int
    private let training: Training
    private let isQuiet: Bool

    /// Prepares the training.
    ///
    /// - Throws: `TrainingError` with code `invalidOption`.
    init(_ options: TrainingOptions, kernel: Kernel, threads: Int, isQuiet: Bool) throws(TrainingError) {
        training = try Training(options, kernel: kernel, threads: threads)
        (self.options, self.kernel, self.threads, self.isQuiet) = (options, kernel, threads, isQuiet)
    }

    func train(on data: TrainingData, _ plan: CheckpointPlan?, testing: Bool) throws -> Training.Result {
        var log = TrainingLog(epochs: options.epochs, options.loss, isQuiet: isQuiet)
        let (name, set) = (data.dataSet.name, data.set)
        log.begin(name, training: set.training.count, test: set.test.count, resumed: plan?.resumed)
        let clock = ContinuousClock()
        let start = clock.now
        return try training.run(on: data, checkpoints: plan) { log.show($0, at: clock.now - start) }
    }

    func restored(_ checkpoint: Checkpoint, on data: TrainingData) throws -> Training.Result {
        try training.testedResult(checkpoint, on: data)
    }

    func model(_ result: Training.Result, on data: TrainingData) throws -> TrainedModel {
        try TrainedModel(network: result, on: data, options)
    }

    func keptTest(_ result: Training.Result, on data: TrainingData) -> KeptTest {
        KeptTest(network: result, options, on: data)
    }

    func refit(after tested: Training.Result) throws -> NetworkFit {
        let options = options.ofRefit(keeping: tested.keptEpoch)
        return try NetworkFit(options, kernel: kernel, threads: threads, isQuiet: isQuiet)
    }

    func curve(_ result: Training.Result, width: Float) -> LearningCurve {
        LearningCurve(result, width: width)
    }

    func reports(_ result: Training.Result) -> (name: String, values: JSONValue) {
        ("epochs", .array(result.epochs.map(epoch)))
    }

    func lines(_ tested: Training.Result) -> [(String, String)] {
        options.validation == nil ? [] : [("kept epoch", "\(tested.keptEpoch) of \(tested.epochs.count)")]
    }

    func members(tested: Training.Result, written: Training.Result) -> [JSONValue.Member] {
        [
            JSONValue.Member("preset", .string(options.preset)),
            JSONValue.Member("seed", .unsigned(options.seed)),
            JSONValue.Member("batch_size", .integer(options.batchSize)),
            JSONValue.Member("kernel", .string(tested.kernel.description)),
            JSONValue.Member("threads", .integer(tested.threads)),
            JSONValue.Member("loss", .string(options.loss.formula.rawValue)),
            JSONValue.Member("epochs", .array(tested.epochs.map(epoch))),
            JSONValue.Member("kept_epoch", .integer(tested.keptEpoch)),
        ]
    }

    private func epoch(_ report: Training.EpochReport) -> JSONValue {
        let hasRoots = !options.loss.ranks
        return [
            "epoch": .integer(report.epoch),
            "loss": .number(report.loss),
            "root_mean_squared_error": hasRoots ? .number(report.rootMeanSquaredError) : .null,
            "validation_loss": report.validationLoss.map { .number($0) } ?? .null,
            "val_loss": report.testLoss.map { .number($0) } ?? .null,
            "val_root_mean_squared_error": hasRoots
                ? report.testRootMeanSquaredError.map { .number($0) } ?? .null : .null,
        ]
    }
}
