import ArgumentParser
import CommandSupport
import RankCore
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
            each user's own test items being ordered by score; items of equal score share their places. The other \
            items of the catalogue are not ranked, so these figures are much higher than metrics that rank the whole \
            catalogue and cannot be put beside them: for those, give --candidates all, which ranks all items of the \
            model but those that the user rated in training; items without a test rating then gain nothing, and items \
            of equal score come by their ids. NDCG's gains are the stars, those of ndcg_exp 2^stars - 1.

            A model is refused on other data, or on another split, than its file names, because test ratings may have \
            been trained on there; and one that was trained on all ratings after its test, which is what fit writes, \
            on any of them: its figures are in rank-train inspect, and fit --no-refit makes one to evaluate. On other \
            data, --trained-on names the data of the training, and the ratings that the model has seen are left out; \
            with --force all count, and the output says what is known of them.

            EXAMPLE:
              rank-train fit --data data/ml-100k --output tested.safetensors --no-refit
              rank-train evaluate --model tested.safetensors --data data/ml-100k
              rank-train evaluate --model tested.safetensors --data data/ml-100k --k 5 --relevant 5
              rank-train evaluate --model tested.safetensors --data data/ml-100k --candidates all
              rank-train evaluate --model model.safetensors --data new.csv --split new.csv --trained-on data/ml-100k

            \(ExitStatus.help([.usage, .refused, .internalError, .cannotCreate]))
            """
    )

    /// The lists that NDCG, MRR, MAP and recall measure, for people.
    private func ranked(_ items: Int) -> String {
        switch candidates {
        case .test:
            "each user's own test items, not the catalogue: such figures are much higher than metrics over all items"
        case .all: "all \(counted(items, "item")) of the model but those that the user rated in training"
        }
    }

    @Option(help: "The model file.")
    var model: String

    @OptionGroup var modelData: ModelDataArguments

    @OptionGroup var kernelArgument: KernelArgument

    @OptionGroup var precisionArgument: PrecisionArgument

    @OptionGroup var cutoffArguments: CutoffArguments

    @Option(
        help: """
            The items that are ranked for each user: test (the user's own test items) or all (the whole catalogue but \
            what the user rated in training).
            """
    )
    var candidates = Evaluation.Candidates.test

    @Flag(help: "Print one JSON object.")
    var json = false

    @Option(
        help: """
            The data that the model was trained on, when it is evaluated on other data: ratings of pairs that it was \
            trained on are left out.
            """
    )
    var trainedOn: String?

    @Flag(help: "Evaluate on data or on a split that the model may have been trained on.")
    var force = false

    func validate() throws {
        if force && trainedOn != nil {
            throw ValidationError("--force and --trained-on exclude each other; give one of them")
        }
    }

    func run() throws {
        let model = try RankModel.load(path: model)
        let fingerprint = model.metadata.fingerprint
        let tested = try modelData.load(for: model.metadata, orNone: false)
        let dataSet = tested.data
        let (split, trained, leftOut, seen) = try unseen(tested, model.metadata)
        let precision = precisionArgument.precision
        let evaluation = try Evaluation(
            model,
            dataSet,
            split,
            kernel: kernelArgument.named(for: precision),
            precision: precision,
            cutoff: cutoffArguments.cutoff(),
            candidates: candidates,
            trainedOn: trained
        )
        if json {
            let ranking = evaluation.ranking.evaluationJSON(on: dataSet.ratings.scale)
            let measures = (evaluation.metrics?.errorsJSON ?? []) + ranking
            let facts =
                [
                    JSONValue.Member("model_id", .string("\(model.modelID)")),
                    JSONValue.Member("data", .string(dataSet.name)),
                    JSONValue.Member("trained_on", .string(fingerprint["data"])),
                    JSONValue.Member("split", .string(tested.spec.description)),
                    JSONValue.Member("precision", .string("\(precision)")),
                    JSONValue.Member("unknown_pairs", .integer(evaluation.unknownPairs)),
                    JSONValue.Member(
                        "ranked",
                        .string(candidates == .test ? "own test items" : "all items but those rated in training")
                    ),
                    JSONValue.Member("seen_in_training", seen.json),
                    JSONValue.Member("left_out_as_seen", .integer(leftOut)),
                ] + claim(of: model)
            try StandardStream.output.writeLine(JSONValue.object(measures + facts).description)
        } else {
            var lines = [("model", "\(model.modelID)"), ("data", dataSet.name), ("split", tested.spec.description)]
            if fingerprint["data"] != dataSet.name { lines.insert(("trained on", fingerprint["data"]), at: 1) }
            if precision != .fp32 { lines.append(("precision", "\(precision)")) }
            if evaluation.unknownPairs > 0 { lines.append(("unknown pairs", grouped(evaluation.unknownPairs))) }
            if leftOut > 0 {
                lines.append(("left out", "\(grouped(leftOut)) test ratings that the model was trained on"))
            }
            lines.append(("seen in training", seen.text(of: split.testRows.count)))
            lines.append(("ranked", ranked(model.candidates.rowCount - 1)))
            lines += evaluation.metrics?.errorLines ?? [("scores", "for ranking, and no ratings")]
            try StandardStream.output.write(
                listing(lines + evaluation.ranking.lines(on: dataSet.ratings.scale), width: StandardStream.output.width)
            )
        }
    }

    /// The test ratings that count, the pairs of the training where they are of other data, the number left out, and
    /// whether the model has seen the others.
    ///
    /// - Throws: `TrainingError` with code `fingerprintMismatch` when the model may have seen them and nothing says
    ///   that they count all the same.
    private func unseen(
        _ tested: ModelDataArguments.Tested,
        _ model: ModelMetadata
    ) throws -> (Split, TrainedPairs?, leftOut: Int, SeenRatings) {
        guard let trainedOn else {
            if !force {
                try tested.fingerprint.requireUnseen(by: model.fingerprint)
                try tested.fingerprint.requireMatch(model)
            }
            let seen = SeenRatings(by: model.fingerprint, of: tested.data, tested.split, tested.fingerprint)
            return (tested.split, nil, 0, seen)
        }
        try tested.fingerprint.requireScale(model)
        let options = DataOptions(scale: modelData.source.scale, duplicates: modelData.source.duplicates)
        let training = try DataSet.load(path: trainedOn, options)
        let pairs = try TrainedPairs(model.fingerprint, trainedOn: training)
        let (split, leftOut) = pairs.unseen(tested.split, of: tested.data.ratings)
        if split.testRows.isEmpty && leftOut > 0 {
            throw CommandFailure(
                .refused,
                "the model was trained on all \(grouped(leftOut)) test ratings of \(tested.spec); evaluate it on "
                    + "ratings that are new to it, or evaluate a model of rank-train fit --no-refit"
            )
        }
        return (split, pairs, leftOut, .count(0))
    }

    /// The claims of the file of a model that was trained on all ratings after its test.
    private func claim(of model: RankModel) -> [JSONValue.Member] {
        guard model.metadata.fingerprint.isRefitted else { return [] }
        return [
            JSONValue.Member("claimed_test_rmse", model.metadata.claimedTestRMSE.map { .float($0) } ?? .null),
            JSONValue.Member("claimed_split", .string(model.metadata.fingerprint["split"])),
        ]
    }
}

extension SeenRatings {
    /// The text for people.
    fileprivate func text(of total: Int) -> String {
        switch self {
        case .count(0): "none of the \(grouped(total)) test ratings"
        case .count(let count): "\(grouped(count)) of the \(grouped(total)) test ratings: these figures flatter"
        case .unknown: "cannot be checked: these figures may flatter"
        }
    }

    /// A number or a text, for programs.
    fileprivate var json: JSONValue {
        switch self {
        case .count(let count): .integer(count)
        case .unknown: .string("cannot be checked")
        }
    }
}
