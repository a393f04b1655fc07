import CommandSupport
import RankData
import RankEngine

extension FitCommand {
    /// What came of a training of any preset.
    struct Made {
        let id: ModelID
        let data: DataSet
        let trainingCount: Int
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
                JSONValue.Member("training_count", .integer(made.trainingCount)),
                JSONValue.Member("test", made.test.map { .object($0) } ?? .null),
                JSONValue.Member("seconds", .number(made.seconds)),
            ]
            try StandardStream.output.writeLine(JSONValue.object(facts + members).description)
        } else if !quiet {
            var lines = [
                ("model", "\(made.id)"), ("file", output.path), ("data", made.data.name),
                ("scale", made.data.scaleText), ("split", split.description), ("seconds", fixed(made.seconds, 2)),
            ]
            lines += (made.data.reading?.notes ?? []).map { ("note", $0) }
            lines += more
            lines += made.testLines.map { ("test \($0.0)", $0.1) }
            try StandardStream.output.write(listing(lines))
        }
    }
}
