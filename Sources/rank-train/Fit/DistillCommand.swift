import ArgumentParser
import CommandSupport
import RankCore
import RankData
import RankEngine
import RankTraining

struct DistillCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "distill",
        abstract: "Teach a network the scores of any model.",
        discussion: """
            The student learns what the teacher scores for all users and items, rated or not; the ratings only decide \
            how often each is looked at. By default it has the tutorial's shape. The teacher's data and split are \
            asked for, since the student's test figures would flatter on any other. A teacher that was trained on all \
            ratings, as fit writes it, makes a student that nothing is left to test; fit --no-refit makes a teacher \
            whose student is tested. The same version, data, teacher and options give the same model id.

            EXAMPLE:
              rank-train fit --data data/ml-100k --output best.safetensors --no-refit
              rank-train distill --teacher best.safetensors --data data/ml-100k --output student.safetensors
              rank-train distill --teacher best.safetensors --data data/ml-100k --output small.safetensors \\
                --dimensions 16 --hidden 64

            \(ExitStatus.help([.usage, .refused, .internalError, .cannotCreate]))
            """
    )

    @Option(help: "The model file of the teacher.")
    var teacher: String

    @OptionGroup var modelData: ModelDataArguments

    @Option(help: "The model file to write. It appears whole, or not at all.")
    var output: OutputPath

    @OptionGroup var student: DistillationArguments

    @Option(help: "The learning rate of Adam, which falls to 0 by a cosine (default: 0.003).")
    var learningRate: Double?

    @Option(help: "The seed of the initial weights and of the order of the examples.")
    var seed: UInt64 = DistillationOptions.distilled.seed

    @OptionGroup var checkpoints: CheckpointArguments

    @OptionGroup var kernelArgument: KernelArgument

    @Option(
        help: "How many threads train, or all for one on each processor; the model is the same with any (default: 1).",
        transform: ThreadCount.init(parsing:)
    )
    var threads = ThreadCount.exactly(1)

    @Flag(
        help: """
            Distil although the teacher was trained on other data or another split, or does not say on which; then \
            nothing is tested.
            """
    )
    var force = false

    @Flag(help: "Print one JSON object.")
    var json = false

    @Flag(help: "Print nothing but errors.")
    var quiet = false

    func validate() throws {
        if let learningRate, !(Float(learningRate) > 0 && Float(learningRate).isFinite) {
            throw ValidationError("--learning-rate \(learningRate): choose a finite number above 0")
        }
        if checkpoints.checkpoint == output {
            throw ValidationError("--output and --checkpoint name the same file; give two")
        }
        if json && quiet { throw ValidationError("--json and --quiet exclude each other; give one of them") }
    }

    func run() throws {
        var options = student.options(seed: seed)
        if let learningRate { options.optimizer.rate = learningRate }
        let kernel = try kernelArgument.chosen
        let distillation = try Distillation(options, kernel: kernel, threads: threads.count)
        let inputs = modelData.source.inputs(modelData.split) + [("--teacher", self.teacher)]
        try output.requireOther(than: inputs + [("--resume", checkpoints.resume)])
        let model = try RankModel.load(path: teacher)
        try output.requireWritable()
        try checkpoints.requireOutput(otherThan: inputs)
        let resumed = try checkpoints.resumed()
        let (dataSet, spec, resolved) = try dataAndSplit(of: model.metadata)
        let data = try TrainingData(dataSet, resolved, as: spec, includesUnrated: true)
        let teacher = try Teacher(model, of: data.set, kernel: kernel)
        let plan = try checkpoints.plan(from: resumed, every: 1)

        var log = ReportLog(options, resumed: plan?.resumed, isQuiet: quiet || json)
        let clock = ContinuousClock()
        let start = clock.now
        let result = try distillation.run(on: data, teacher: teacher, checkpoints: plan) { log.show($0) }
        let seconds = (clock.now - start) / .seconds(1)

        let distilled = try TrainedModel(student: result, on: data, teacher: teacher, options)
        let id = try distilled.write(to: output.path)
        if json {
            let facts = [
                JSONValue.Member("model_id", .string(id.description)),
                JSONValue.Member("file", .string(output.path)),
                JSONValue.Member("data", .string(dataSet.name)),
                JSONValue.Member("split", .string(spec.description)),
                JSONValue.Member("test", distilled.test.map { .object($0.json) } ?? .null),
                JSONValue.Member("seconds", .number(seconds)),
            ]
            try StandardStream.output.writeLine(JSONValue.object(facts + options.json(result, teacher)).description)
        } else if !quiet {
            let distance = result.reports.last?.rootMeanSquaredError ?? 0
            var lines = [
                ("model", "\(id)"), ("file", output.path), ("teacher", "\(teacher.modelID) (\(teacher.preset))"),
                ("data", dataSet.name), ("split", spec.description), ("seconds", fixed(seconds, 2)),
                ("distance from teacher", fixed(distance, 4)),
            ]
            if let test = distilled.test { lines += test.lines.map { ("test \($0.0)", $0.1) } }
            if model.metadata.fingerprint.isRefitted {
                lines.append(
                    ("note", "not tested: the teacher was trained on all ratings; fit --no-refit makes others")
                )
            }
            try StandardStream.output.write(listing(lines, width: StandardStream.output.width))
        }
    }

    /// The data, and the split that tests the student: none where no rating is known to be new to the teacher.
    private func dataAndSplit(of metadata: ModelMetadata) throws -> (DataSet, SplitSpec, Split) {
        let tested = try modelData.load(for: metadata, standard: force ? SplitSpec.none : nil, orNone: true)
        if !force {
            try tested.fingerprint.requireMatch(metadata, to: "distil")
        } else if (try? tested.fingerprint.requireMatch(metadata)) == nil {
            return try (tested.data, .none, SplitSpec.none.resolve(tested.data.ratings))
        }
        return (tested.data, tested.spec, tested.split)
    }
}
