import ArgumentParser
import CommandSupport
import RankData
import RankEngine
import RankReport
import RankTraining

struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Write a page on what a model has learnt.",
        discussion: """
            One HTML file with drawings and all their numbers: calibration, error by popularity and activity, \
            predictions and ratings, nearest neighbours, and the baselines beside the model. It is the page of fit \
            --report without the curve of the training. A model trained without a test set is held against its \
            training ratings, and the page says so.

            EXAMPLE:
              rank-train report --model model.safetensors --data data/ml-100k --output report.html

            \(ExitStatus.help([.usage, .refused, .internalError, .cannotCreate]))
            """
    )

    @Option(help: "The model file.")
    var model: String

    @OptionGroup var modelData: ModelDataArguments

    @Option(help: "The HTML file to write. It appears whole, or not at all.")
    var output: OutputPath

    @Flag(help: "Report on data or on a split that the model may have been trained on.")
    var force = false

    func run() throws {
        try output.requireOther(than: modelData.source.inputs(modelData.split) + [("--model", self.model)])
        try output.requireWritable()
        let model = try RankModel.load(path: model)
        let tested = try modelData.load(for: model.metadata, orNone: true)
        if !force { try tested.fingerprint.requireMatch(model.metadata, to: "report on") }
        let report = try TrainingReport(model, tested.data, tested.split, as: tested.spec)
        try report.write(to: output.path)
        var lines = [("model", "\(model.modelID)"), ("file", output.path), ("data", tested.data.name)]
        lines.append(("split", tested.spec.description))
        lines += report.metrics.lines.map { ("\(report.isTested ? "test" : "training") \($0.0)", $0.1) }
        try StandardStream.output.write(listing(lines, width: StandardStream.output.width))
    }
}
