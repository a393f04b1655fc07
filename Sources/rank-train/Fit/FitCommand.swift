import ArgumentParser
import CommandSupport
import RankCore
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

    @Option(help: "The seed of the initial weights and of the order of the examples.")
    var seed: UInt64 = TrainingOptions.tutorial.seed

    @OptionGroup var network: NetworkArguments

    @OptionGroup var regularization: RegularizationArguments

    @OptionGroup var threading: ThreadArguments

    @OptionGroup var checkpoints: CheckpointArguments

    @OptionGroup var factor: FactorArguments

    @OptionGroup var distillation: DistillationArguments

    @OptionGroup var reportArgument: ReportArgument

    @OptionGroup var refitArguments: RefitArguments

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
        try reportArgument.validate(output: output, checkpoint: checkpoints.checkpoint, network.loss.loss)
        if json && quiet { throw ValidationError("--json and --quiet exclude each other; give one of them") }
    }

    func run() throws {
        switch preset {
        case .tutorial:
            var options = network.options(seed: seed)
            regularization.apply(to: &options)
            let kernel = try network.kernelArgument.chosen
            try fit(NetworkFit(options, kernel: kernel, threads: threading.count, isQuiet: isSilent))
        case .mapFM: try fit(FactorFit(factor.options(.mapFM, seed: seed), isQuiet: isSilent))
        case .best: try fit(FactorFit(factor.options(.best, seed: seed), isQuiet: isSilent))
        case .distilled:
            try fit(
                DistilledFit(
                    distillation.options(seed: seed),
                    threads: threading.count,
                    teacher: factor.options(.best, seed: seed),
                    studentInterval: checkpoints.checkpointEvery == nil ? 1 : nil,
                    isQuiet: isSilent
                )
            )
        }
    }

    /// Whether there is no log.
    var isSilent: Bool { quiet || json }

    /// Checks before long work that all outputs can be written, and that they replace no input.
    func requireOutputs() throws {
        let inputs = source.inputs(split)
        let outputs: [(path: OutputPath?, option: String)] = [
            (output, "--output"), (reportArgument.report, "--report"),
        ]
        for (path, option) in outputs {
            try path?.requireOther(than: inputs + [("--resume", checkpoints.resume)], option: option)
        }
        try output.requireWritable()
        try checkpoints.requireOutput(otherThan: inputs)
        try reportArgument.report?.requireWritable(option: "--report")
    }

    /// Reads the data, and warns of ids that may be misunderstood.
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
}
