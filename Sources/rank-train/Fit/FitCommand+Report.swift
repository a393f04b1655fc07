import CommandSupport
import RankCore
import RankData
import RankEngine
import RankTraining

extension FitCommand {
    /// Prints the summary: one JSON object, lines for people, or nothing.
    ///
    /// - Parameters:
    ///   - summary: The summary.
    ///   - more: Further lines for people.
    ///   - members: Further members for programs.
    /// - Throws: When standard output cannot be written.
    func tell(_ summary: FitSummary, lines more: [(String, String)] = [], _ members: [JSONValue.Member]) throws {
        let dataSet = summary.data.dataSet
        if json {
            let common = [
                JSONValue.Member("model_id", .string(summary.id.description)),
                JSONValue.Member("file", .string(output.path)),
                JSONValue.Member("data", .string(dataSet.name)),
                JSONValue.Member("split", .string(split.description)),
                JSONValue.Member("users", dataSet.ratings.userSummary.json),
                JSONValue.Member("items", dataSet.ratings.itemSummary.json),
                JSONValue.Member("warnings", .array(dataSet.ids.warnings.map { .string($0) })),
                JSONValue.Member(
                    "training_count",
                    .integer(summary.refit?.trainingCount ?? summary.data.set.training.count)
                ),
                JSONValue.Member("refit", summary.refit?.json ?? .null),
                JSONValue.Member("test", summary.test.map { .object($0) } ?? .null),
                JSONValue.Member("seconds", .number(summary.seconds)),
            ]
            try StandardStream.output.writeLine(JSONValue.object(common + members).description)
        } else if !quiet {
            var lines = [
                ("model", "\(summary.id)"), ("file", output.path), ("data", dataSet.name),
                ("scale", dataSet.scaleText), ("users", dataSet.ids.users.text),
                ("items", dataSet.ids.items.text), ("split", split.description), ("seconds", fixed(summary.seconds, 2)),
            ]
            if let refit = summary.refit { lines.append(("refit", refit.text)) }
            lines += dataSet.ids.warnings.map { ("warning", $0) }
            lines += (dataSet.reading?.notes ?? []).map { ("note", $0) }
            lines += more
            lines += summary.testLines.map { ("test \($0.0)", $0.1) }
            try StandardStream.output.write(listing(lines, width: StandardStream.output.width))
        }
    }
}
