import CommandSupport
import RankCore
import RankData
import RankEngine

extension FitCommand {
    /// What came of a training of any preset.
    struct Made {
        let id: ModelID
        let data: DataSet
        /// The ratings that the tested model was trained on.
        let trainingCount: Int
        /// Of the training on all ratings after the test; nil where there was none.
        let refit: Refit.Made?
        let seconds: Double
        /// How it does on the test ratings, for programs; nil without any.
        let test: [JSONValue.Member]?
        /// The same for people.
        let testLines: [(String, String)]
    }

    /// Says what was made: in one JSON object, in lines for people, or not at all.
    ///
    /// - Parameters:
    ///   - made: What came of the training.
    ///   - more: What people are told besides.
    ///   - members: What programs are told besides.
    /// - Throws: When standard output cannot be written.
    func tell(_ made: Made, lines more: [(String, String)] = [], _ members: [JSONValue.Member]) throws {
        if json {
            let facts = [
                JSONValue.Member("model_id", .string(made.id.description)),
                JSONValue.Member("file", .string(output.path)),
                JSONValue.Member("data", .string(made.data.name)),
                JSONValue.Member("split", .string(split.description)),
                JSONValue.Member("users", made.data.ratings.userSummary.json),
                JSONValue.Member("items", made.data.ratings.itemSummary.json),
                JSONValue.Member("warnings", .array(made.data.ids.warnings.map { .string($0) })),
                JSONValue.Member("training_count", .integer(made.refit?.trainingCount ?? made.trainingCount)),
                JSONValue.Member("refit", made.refit?.json ?? .null),
                JSONValue.Member("test", made.test.map { .object($0) } ?? .null),
                JSONValue.Member("seconds", .number(made.seconds)),
            ]
            try StandardStream.output.writeLine(JSONValue.object(facts + members).description)
        } else if !quiet {
            var lines = [
                ("model", "\(made.id)"), ("file", output.path), ("data", made.data.name),
                ("scale", made.data.scaleText), ("users", made.data.ids.users.text),
                ("items", made.data.ids.items.text), ("split", split.description), ("seconds", fixed(made.seconds, 2)),
            ]
            if let refit = made.refit { lines.append(("refit", refit.text)) }
            lines += made.data.ids.warnings.map { ("warning", $0) }
            lines += (made.data.reading?.notes ?? []).map { ("note", $0) }
            lines += more
            lines += made.testLines.map { ("test \($0.0)", $0.1) }
            try StandardStream.output.write(listing(lines, width: StandardStream.output.width))
        }
    }
}
