import ArgumentParser
import CommandSupport
import RankData
import RankEngine
import RankTraining

struct PredictCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "predict",
        abstract: "Score user,item pairs, or rank the whole catalogue for many users, in this process on all cores.",
        discussion: """
            With --input: reads pairs of user and item and writes lines user,item,score, in the same order. The \
            file may \
            be written as any file of ratings that fit reads; further columns are passed over. With --users: reads \
            users, one a line or in the column that a header names, or takes all that the model knows, and writes the \
            --top-k best items of the whole catalogue for each, best first; --exclude-rated leaves out what each of \
            them has rated. A score is on the label's scale, in the \
            fewest digits that read back as the same float32; as a rating it is MIN + (MAX − MIN)·score, in stars 1 + \
            4·score.

            EXAMPLES:
              printf '42,204\\n42,141\\n' | rank-train predict --model model.safetensors --input -
              rank-train predict --model model.safetensors --users all --top-k 10 > lists.csv
              rank-train predict --model model.safetensors --users all --exclude-rated data/ml-100k > lists.csv

            \(ExitStatus.help([.usage, .refused, .internalError, .cannotCreate]))
            """
    )

    /// The treatment of pairs that the model does not know.
    enum Unknown: String, ExpressibleByArgument, CaseIterable {
        case fail
        case fallback
    }

    @Option(help: "The model file.")
    var model: String

    @Option(
        help: """
            A file of pairs, or - for standard input: CSV of user,item or of any columns under a header that names \
            user \
            and item, *.inter, *.dat or u.data.
            """
    )
    var input: String?

    @Option(help: "A file of users, - for standard input, or all (a file of that name is ./all).")
    var users: String?

    @Option(help: "With --users: the number of items for each user (default: 10).")
    var topK: Int?

    @Option(
        help: """
            With --users: how the best are found, with the same result: auto, certified (for factors: an index of the \
            catalogue, whose bounds leave out most items) or plain (every item is scored; default: auto).
            """
    )
    var topKPlan: TopKPlan?

    @Option(
        help: """
            With --users: leave out the items that each user has rated in these data, a directory or a file as --data \
            of fit takes it.
            """
    )
    var excludeRated: String?

    @Option(
        help:
            "Unknown users and items: fail, or score them by the model's row for the unknown (fallback; default: fail)."
    )
    var unknown: Unknown?

    @Option(
        help: "How many threads score, or all for one on each processor (default: all).",
        transform: ThreadCount.init(parsing:)
    )
    var threads = ThreadCount.all

    @OptionGroup var kernelArgument: KernelArgument

    @OptionGroup var precisionArgument: PrecisionArgument

    func validate() throws {
        guard (input == nil) != (users == nil) else {
            throw ValidationError("give either --input FILE or --users FILE")
        }
        guard users != nil || topK == nil else { throw ValidationError("--top-k goes with --users") }
        guard users != nil || topKPlan == nil else { throw ValidationError("--top-k-plan goes with --users") }
        guard users != nil || excludeRated == nil else { throw ValidationError("--exclude-rated goes with --users") }
        guard users != "all" || unknown == nil else {
            throw ValidationError(
                "--unknown is about users in a list, and --users all takes those that the model knows: leave it out"
            )
        }
        if let topK, topK < 1 { throw ValidationError("--top-k \(topK): ask for at least 1 item") }
    }

    func run() throws {
        let model = try RankModel.load(path: model)
        let trainedOn = model.metadata.fingerprint["data"]
        if let input {
            try predict(pairsIn: input, model)
        } else if let users {
            let precision = precisionArgument.precision
            let kernel = try kernelArgument.named(for: precision)
            try CataloguePrediction(model, kernel: kernel, precision: precision, threads: threads.count)
                .write(
                    topK ?? 10,
                    users: users,
                    by: topKPlan ?? .auto,
                    failsForUnknown: unknown != .fallback,
                    excluding: excludeRated.map {
                        try RatedItems(path: $0, model, allowsStrangers: unknown == .fallback)
                    }
                )
        }
        if trainedOn.hasPrefix("synthetic ") {
            try StandardStream.error.writeLine("note: the model was trained on data that is \(trainedOn)")
        }
    }

    private func predict(pairsIn input: String, _ model: RankModel) throws {
        let predictor = try Predictor(
            model,
            kernel: kernelArgument.named(for: precisionArgument.precision),
            precision: precisionArgument.precision,
            threads: threads.count
        )
        let kind = model.users.kind.isText ? PairList.Kind.texts : .numbers
        let pairs = try PairList.load(path: input, kind: kind)
        let predictions = try predictor.predict(
            userTexts: (0..<pairs.count).map(pairs.userText),
            itemTexts: (0..<pairs.count).map(pairs.itemText)
        )
        if unknown != .fallback { try requireKnown(predictions, pairs, input) }
        var output = BufferedOutput()
        for index in 0..<pairs.count {
            try output.write(
                "\(csvField(pairs.userText(index))),\(csvField(pairs.itemText(index))),\(predictions.scores[index])\n"
            )
        }
        try output.flush()
    }

    private func requireKnown(
        _ predictions: Predictor.Predictions,
        _ pairs: PairList,
        _ input: String
    ) throws(CommandFailure) {
        for index in 0..<pairs.count {
            let isUserKnown = predictions.isUserKnown[index]
            if isUserKnown && predictions.isItemKnown[index] { continue }
            let what = isUserKnown ? "item \(pairs.itemText(index))" : "user \(pairs.userText(index))"
            let source = input == "-" ? "standard input" : input
            throw CommandFailure(
                .refused,
                "\(source):\(pairs.lines[index]): the model does not know \(what); "
                    + "correct the line, or give --unknown fallback to score it all the same"
            )
        }
    }
}
