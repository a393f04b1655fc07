import ArgumentParser
import CommandSupport
import RankData
import RankEngine
import RankReport
import RankTraining

struct FitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fit",
        abstract: "Train a model on a data set and write its file.",
        discussion: """
            The same version, data, split, seed and options give the same model id. A training log is shown on \
            a terminal; --json prints one object at the end instead of the summary.

            EXAMPLE:
              rank-train fit --data data/ml-100k --output model.safetensors --split seed:42
              rank-train fit --data data/ml-100k --output model.safetensors --preset tutorial

            \(ExitStatus.help([.usage, .refused, .internalError, .cannotCreate]))
            """
    )

    @OptionGroup var source: DataArguments

    @Option(help: "The model file to write. It appears whole, or not at all.")
    var output: OutputPath

    @Option(
        help: """
            best: a factorisation machine of ids, histories and attributes, mixed with sampled ones; the most \
            accurate. map-fm: a smaller such machine alone, in a thirtieth of the time. distilled: the tutorial's \
            network, taught by best. tutorial: the network of the Keras-RS tutorial.
            """
    )
    var preset = Preset.best

    @Option(
        help: """
            The test set: seed:N for a seeded fifth of the ratings, a CSV file of test pairs, or none (default: \
            seed:42).
            """,
        transform: SplitSpec.init(parsing:)
    )
    var split = SplitSpec.seed(42)

    @Option(help: "Decides the initial weights and the order of the examples.")
    var seed: UInt64 = TrainingOptions.tutorial.seed

    @OptionGroup var network: NetworkArguments

    @OptionGroup var regularization: RegularizationArguments

    @OptionGroup var threading: ThreadArguments

    @OptionGroup var checkpoints: CheckpointArguments

    @OptionGroup var factor: FactorArguments

    @OptionGroup var distillation: DistillationArguments

    @OptionGroup var reportOption: ReportOption

    @Flag(help: "Print one JSON object.")
    var json = false

    @Flag(help: "Print nothing but errors.")
    var quiet = false

    func validate() throws {
        try preset.refuse(network)
        try preset.refuse(regularization)
        try preset.refuse(threading)
        try preset.refuse(factor)
        try preset.refuse(distillation)
        if checkpoints.checkpoint == output {
            throw ValidationError("--output and --checkpoint name the same file; give two")
        }
        try reportOption.validate(output: output, checkpoint: checkpoints.checkpoint, network.loss.loss)
        if json && quiet { throw ValidationError("--json and --quiet exclude each other; give one of them") }
    }

    func run() throws {
        switch preset {
        case .tutorial: try fitNetwork()
        case .mapFM: try fitFactors(.mapFM)
        case .best: try fitFactors(.best)
        case .distilled: try fitDistilled()
        }
    }

    /// Finds out before long work whether all can be written, and that nothing that is read will be lost.
    func requireOutputs() throws {
        let inputs = source.inputs(split)
        let outputs: [(path: OutputPath?, option: String)] = [(output, "--output"), (reportOption.report, "--report")]
        for (path, option) in outputs {
            try path?.requireOther(than: inputs + [("--resume", checkpoints.resume)], option: option)
        }
        try output.requireWritable()
        try checkpoints.requireOutput(otherThan: inputs)
        try reportOption.report?.requireWritable(option: "--report")
    }

    private func fitNetwork() throws {
        var options = network.options(seed: seed)
        regularization.apply(to: &options)
        let training = try Training(options, kernel: network.kernelOption.chosen, threads: threading.count)
        try requireOutputs()
        let resumed = try checkpoints.resumed()
        let dataSet = try source.load()
        let resolved = try split.resolve(dataSet.ratings)
        let set = try TrainingSet(dataSet, split: resolved)
        let plan = try checkpoints.plan(from: resumed, dataSet, resolved, as: split, every: 1)

        var log = TrainingLog(epochs: options.epochs, options.loss, isQuiet: quiet || json)
        log.begin(dataSet.name, training: set.training.count, test: set.test.count, resumed: plan?.resumed)
        let clock = ContinuousClock()
        let start = clock.now
        let result = try training.run(on: set, checkpoints: plan) { log.show($0, at: clock.now - start) }
        let seconds = (clock.now - start) / .seconds(1)

        let model = try TrainedModel(result, set, dataSet, resolved, as: split, options)
        let id = try model.write(to: output.path)
        try reportOption.write(
            modelPath: output.path,
            dataSet,
            resolved,
            as: split,
            LearningCurve(result, width: dataSet.ratings.scale.width)
        )
        let hasRoots = !options.loss.ranks
        let kept = ("kept epoch", "\(result.keptEpoch) of \(result.epochs.count)")
        let made = Made(
            id: id,
            data: dataSet,
            trainingCount: set.training.count,
            seconds: seconds,
            test: model.test?.json ?? model.ranking?.json,
            testLines: model.test?.lines ?? model.ranking?.lines(on: dataSet.ratings.scale) ?? []
        )
        try tell(
            made,
            lines: options.validation == nil ? [] : [kept],
            [
                JSONValue.Member("preset", .string(options.preset)),
                JSONValue.Member("seed", .unsigned(options.seed)),
                JSONValue.Member("batch_size", .integer(options.batchSize)),
                JSONValue.Member("kernel", .string(result.kernel.description)),
                JSONValue.Member("threads", .integer(result.threads)),
                JSONValue.Member("loss", .string(options.loss.formula.rawValue)),
                JSONValue.Member("epochs", .array(result.epochs.map { epoch($0, hasRoots: hasRoots) })),
                JSONValue.Member("kept_epoch", .integer(result.keptEpoch)),
            ]
        )
    }

    private func epoch(_ report: Training.EpochReport, hasRoots: Bool) -> JSONValue {
        [
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
