import ArgumentParser
import CommandSupport
import RankData
import RankEngine
import RankTraining

struct PredictCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "predict",
        abstract: "Score user,item pairs in this process.",
        discussion: """
            Reads lines user,item (a header may come first) and writes lines user,item,score, in the same order. A score \
            is on the label's scale, in the fewest digits that read back as the same float32; in stars it is 1 + 4·score \
            where labels were made from stars.

            EXAMPLE:
              printf '42,204\\n42,141\\n' | rank-train predict --model model.safetensors --input -

            \(ExitStatus.help([.usage, .refused, .internalError, .cannotCreate]))
            """
    )

    /// What becomes of a pair that the model does not know.
    enum Unknown: String, ExpressibleByArgument, CaseIterable {
        case fail
        case fallback
    }

    @Option(help: "The model file.")
    var model: String

    @Option(help: "A CSV file of pairs, or - for standard input.")
    var input: String

    @Option(help: "Unknown users and items: fail, or score them by the model's row for the unknown (fallback).")
    var unknown = Unknown.fail

    @OptionGroup var kernelOption: KernelOption

    func run() throws {
        let model = try RankModel.load(path: model)
        let predictor = try Predictor(model, kernel: kernelOption.kernel)
        let pairs = try PairList.load(path: input)
        let predictions = try predictor.predict(users: pairs.userIDs, items: pairs.itemIDs)
        if unknown == .fail { try requireKnown(predictions, pairs) }
        let trainedOn = model.metadata.fingerprint["data"]
        if trainedOn.hasPrefix("synthetic ") {
            try StandardStream.error.writeLine("note: the model was trained on data that is \(trainedOn)")
        }
        var text = ""
        for index in 0..<pairs.count {
            text += "\(pairs.userIDs[index]),\(pairs.itemIDs[index]),\(predictions.scores[index])\n"
            if text.utf8.count >= 1 << 16 {
                try StandardStream.output.write(text)
                text = ""
            }
        }
        try StandardStream.output.write(text)
    }

    private func requireKnown(_ predictions: Predictor.Predictions, _ pairs: PairList) throws(CommandFailure) {
        for index in 0..<pairs.count {
            let isUserKnown = predictions.isUserKnown[index]
            if isUserKnown && predictions.isItemKnown[index] { continue }
            let what = isUserKnown ? "item \(pairs.itemIDs[index])" : "user \(pairs.userIDs[index])"
            let source = input == "-" ? "standard input" : input
            throw CommandFailure(
                .refused,
                "\(source):\(pairs.lines[index]): the model does not know \(what); "
                    + "correct the line, or give --unknown fallback to score it all the same"
            )
        }
    }
}
