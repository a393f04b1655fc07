import ArgumentParser
import CommandSupport
import RankData
import RankEngine
import RankTraining

struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Hold a model against the test ratings of a split.",
        discussion: """
            Loss, RMSE and MAE are on the label's scale of 0...1, and unclipped; a model that was trained with a \
            ranking loss has none, because its scores are no ratings. NDCG, MRR, MAP and recall are means over users, \
            each user's own test items being ordered by score; items of equal score share their places. NDCG's gains \
            are the stars, those of ndcg_exp 2^stars - 1. A model is refused on other data, or on another split, than \
            its file names, because test ratings may have been trained on there.

            EXAMPLE:
              rank-train evaluate --model model.safetensors --data data/ml-100k --k 5 --relevant 5
              rank-train evaluate --model model.safetensors --data data/ml-100k
              rank-train evaluate --model model.safetensors --data data/ml-100k --precision int8

            \(ExitStatus.help([.usage, .refused, .internalError, .cannotCreate]))
            """
    )

    @Option(help: "The model file.")
    var model: String

    @OptionGroup var modelData: ModelDataArguments

    @OptionGroup var kernelOption: KernelOption

    @OptionGroup var precisionOption: PrecisionOption

    @OptionGroup var cutoffArguments: CutoffArguments

    @Flag(help: "Print one JSON object.")
    var json = false

    @Flag(help: "Evaluate on data or on a split that the model may have been trained on.")
    var force = false

    func run() throws {
        let model = try RankModel.load(path: model)
        let fingerprint = model.metadata.fingerprint
        let tested = try modelData.load(for: model.metadata, orNone: false)
        let dataSet = tested.data
        if !force { try tested.fingerprint.requireMatch(model.metadata) }
        let precision = precisionOption.precision
        let evaluation = try Evaluation(
            model,
            dataSet,
            tested.split,
            kernel: kernelOption.kernel,
            precision: precision,
            cutoff: cutoffArguments.cutoff()
        )
        if json {
            let ranking = evaluation.ranking.evaluationJSON(on: dataSet.ratings.scale)
            let measures = (evaluation.metrics?.errorsJSON ?? []) + ranking
            let facts = [
                JSONValue.Member("model_id", .string("\(model.modelID)")),
                JSONValue.Member("data", .string(dataSet.name)),
                JSONValue.Member("trained_on", .string(fingerprint["data"])),
                JSONValue.Member("split", .string(tested.spec.description)),
                JSONValue.Member("precision", .string("\(precision)")),
                JSONValue.Member("unknown_pairs", .integer(evaluation.unknownPairs)),
            ]
            try StandardStream.output.writeLine(JSONValue.object(measures + facts).description)
        } else {
            var lines = [("model", "\(model.modelID)"), ("data", dataSet.name), ("split", tested.spec.description)]
            if fingerprint["data"] != dataSet.name { lines.insert(("trained on", fingerprint["data"]), at: 1) }
            if precision != .fp32 { lines.append(("precision", "\(precision)")) }
            if evaluation.unknownPairs > 0 { lines.append(("unknown pairs", grouped(evaluation.unknownPairs))) }
            lines += evaluation.metrics?.errorLines ?? [("scores", "for ranking, and no ratings")]
            try StandardStream.output.write(listing(lines + evaluation.ranking.lines(on: dataSet.ratings.scale)))
        }
    }
}
