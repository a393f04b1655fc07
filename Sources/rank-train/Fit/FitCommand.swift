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
            First the model is trained without the test ratings and tested on them; then, unless it is the tutorial, \
            the model that is written is trained in the same way on all ratings. Its file carries the figures of the \
            test and the split, and says that it has seen them all; rank-train inspect shows them. --no-refit writes \
            the tested model itself, which rank-train evaluate can measure again.

            The same version, data, split, seed and options give the same model id. A training log is shown on \
            a terminal; --json prints one object at the end instead of the summary.

            EXAMPLE:
              rank-train fit --data data/ml-100k --output model.safetensors
              rank-train fit --data data/ml-100k --output tested.safetensors --split seed:42 --no-refit
              rank-train fit --data data/ml-100k --output lesson.safetensors --preset tutorial

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

    @OptionGroup var refitOption: RefitArguments

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

    /// Reads the data, and warns of ids that may be meant otherwise than they are taken.
    func loadedData() throws -> DataSet {
        let data = try source.load()
        guard !quiet else { return data }
        let ids = data.ids
        if !json && StandardStream.error.isTerminal {
            try StandardStream.error.writeLine(broken("users: \(ids.users.text)", for: .error))
            try StandardStream.error.writeLine(broken("items: \(ids.items.text)", for: .error))
        }
        for warning in ids.warnings {
            try StandardStream.error.writeLine(broken("warning: \(warning)", for: .error))
        }
        return data
    }

    private func fitNetwork() throws {
        var options = network.options(seed: seed)
        regularization.apply(to: &options)
        let training = try Training(options, kernel: network.kernelOption.chosen, threads: threading.count)
        try requireOutputs()
        let resumed = try checkpoints.resumed()
        let dataSet = try loadedData()
        let resolved = try split.resolve(dataSet.ratings)
        let set = try TrainingSet(dataSet, split: resolved)
        let refits = refitOption.applies(to: preset, resolved)
        let refitted = refits ? resumed.flatMap { $0.isOfRefit ? $0 : nil } : nil
        let plan = try checkpoints.plan(
            from: refitted == nil ? resumed : nil,
            dataSet,
            resolved,
            as: split,
            every: 1
        )
        let clock = ContinuousClock()
        let start = clock.now
        let result =
            try refitted.map { try training.testedResult($0, set, DataFingerprint(dataSet, resolved, as: split)) }
            ?? run(training, options, on: set, dataSet, plan)
        let tested = try TrainedModel(result, set, dataSet, resolved, as: split, options)
        var model = tested
        var refit: Refit.Made?
        if refits {
            let all = try Refit(
                dataSet,
                tested: set,
                as: split,
                includesUnrated: false,
                resumed: refitted,
                isQuiet: quiet || json
            )
            let last = options.ofRefit(keeping: result.keptEpoch)
            let kept = KeptTest(result, options, DataFingerprint(dataSet, resolved, as: split))
            let again = try run(
                Training(last, kernel: network.kernelOption.chosen, threads: threading.count),
                last,
                on: all.set,
                dataSet,
                checkpoints.plan(from: refitted, dataSet, all.split, as: .none, every: 1)?.keeping(kept)
            )
            model = try TrainedModel(again, all.set, dataSet, all.split, as: .none, last)
                .refitted(testedBy: tested, dataSet)
            let epochs = again.epochs.map { epoch($0, hasRoots: !options.loss.ranks) }
            refit = all.made(tested: set, as: split, ("epochs", .array(epochs)))
        }
        let seconds = (clock.now - start) / .seconds(1)

        let id = try model.write(to: output.path)
        try reportOption.write(
            modelPath: output.path,
            tested: refits ? tested.loaded(beside: output.path) : nil,
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
            refit: refit,
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

    /// Trains a network with its log.
    private func run(
        _ training: Training,
        _ options: TrainingOptions,
        on set: TrainingSet,
        _ data: DataSet,
        _ plan: CheckpointPlan?
    ) throws -> Training.Result {
        var log = TrainingLog(epochs: options.epochs, options.loss, isQuiet: quiet || json)
        log.begin(data.name, training: set.training.count, test: set.test.count, resumed: plan?.resumed)
        let clock = ContinuousClock()
        let start = clock.now
        return try training.run(on: set, checkpoints: plan) { log.show($0, at: clock.now - start) }
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
