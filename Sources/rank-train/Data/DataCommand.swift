import ArgumentParser
import CommandSupport
import RankCore
import RankData
import RankSystem

struct DataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data",
        abstract: "Read a data set and say what is in it, and how fast it was read.",
        discussion: """
            Form, counts, scale, and what was passed over or is missing; the seconds are those of all files, checks \
            included. The memory is the most that this process had, programme and all.

            EXAMPLE:
              rank-train data --data data/ml-25m
              rank-train data --data ratings.csv --duplicates last --json

            \(ExitStatus.help([.usage, .refused, .internalError]))
            """
    )

    @OptionGroup var source: DataArguments

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        let set = try source.load()
        let peak = peakMemory()
        let rate = set.reading.map { Double($0.byteCount) / max($0.seconds, 1e-9) / 1e6 }
        if json {
            try StandardStream.output.writeLine(report(set, peak, rate).description)
        } else {
            try StandardStream.output.write(listing(lines(set, peak, rate), width: StandardStream.output.width))
        }
    }

    private func lines(_ set: DataSet, _ peak: Int?, _ rate: Double?) -> [(String, String)] {
        let ratings = set.ratings
        let ids = set.ids
        var lines = [("data", set.name)]
        if let reading = set.reading { lines.append(("form", reading.format)) }
        lines += [
            ("ratings", grouped(ratings.count)),
            ("users", ids.users.text), ("items", ids.items.text), ("scale", set.scaleText),
            ("times", ratings.timestamps == nil ? "none" : "in seconds"),
            ("user columns", names(set.userAttributes)), ("item columns", names(set.itemAttributes)),
        ]
        if let reading = set.reading, let rate {
            lines.append(
                (
                    "read",
                    "\(grouped(reading.byteCount)) bytes of ratings in \(fixed(reading.seconds, 3)) s, "
                        + "\(grouped(Int(min(rate, 1e9)))) MB/s"
                )
            )
            lines += reading.notes.map { ("note", $0) }
            lines += ids.warnings.map { ("warning", $0) }
        }
        if let peak { lines.append(("memory", "\(grouped(peak / 1_000_000)) MB at most")) }
        return lines
    }

    private func names(_ attributes: Attributes) -> String {
        attributes.columns.isEmpty ? "none" : attributes.columns.map(\.name).joined(separator: ", ")
    }

    private func report(_ set: DataSet, _ peak: Int?, _ rate: Double?) -> JSONValue {
        let ratings = set.ratings
        return [
            "data": .string(set.name),
            "form": set.reading.map { .string($0.format) } ?? .null,
            "ratings": .integer(ratings.count),
            "users": .integer(ratings.userIDs.vocabulary.count),
            "items": .integer(ratings.itemIDs.vocabulary.count),
            "ids": .string(ratings.userNames == nil ? "numbers" : "texts"),
            "user_ids": ratings.userSummary.json,
            "item_ids": ratings.itemSummary.json,
            "warnings": .array(set.ids.warnings.map { .string($0) }),
            "scale_minimum": .float(ratings.scale.minimum),
            "scale_maximum": .float(ratings.scale.maximum),
            "scale_source": set.reading.map { .string($0.scaleSource) } ?? .null,
            "has_times": .boolean(ratings.timestamps != nil),
            "user_columns": .array(set.userAttributes.columns.map { .string($0.name) }),
            "item_columns": .array(set.itemAttributes.columns.map { .string($0.name) }),
            "notes": .array((set.reading?.notes ?? []).map { .string($0) }),
            "bytes": set.reading.map { .integer($0.byteCount) } ?? .null,
            "seconds": set.reading.map { .number($0.seconds) } ?? .null,
            "megabytes_per_second": rate.map { .number($0) } ?? .null,
            "peak_bytes": peak.map { .integer($0) } ?? .null,
        ]
    }
}
