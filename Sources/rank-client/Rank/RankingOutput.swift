import ArgumentParser
import CommandSupport
import RankCore
import RankEngine
import RankPool

/// The format of a printed ranking.
enum RankingFormat: String, ExpressibleByArgument, CaseIterable {
    case table
    case json
    case csv
}

/// A ranked list with everything that its printing needs.
struct RankingOutput<ID: CommandID>: Sendable {
    let user: ID
    let list: RankedList<ID>
    /// INFO of a worker that holds the model of the list.
    let info: WorkerInfo?
    let catalog: Titles?

    /// Notes for the reader beside the list.
    var notes: [String] {
        var notes: [String] = []
        if let data = info?["data"], data.hasPrefix("synthetic ") {
            notes.append("the model was trained on data that is \(data)")
        }
        if list.isUserUnknown { notes.append("the model does not know user \(user)") }
        let unknown = list.entries.filter(\.isUnknown).count
        if unknown > 0 { notes.append("the model does not know \(grouped(unknown)) of the items listed") }
        if list.isPartial { notes.append("only \(fixed(Double(list.coverage) * 100, 1)) % was scored in time") }
        return notes
    }

    /// The whole output.
    func text(_ format: RankingFormat) -> String {
        switch format {
        case .table: table
        case .csv: csv
        case .json: json.description + "\n"
        }
    }

    /// The profile by the name that the worker gives it, which a plugin makes up.
    private var profile: String {
        info.flatMap { $0.profile == list.profile ? $0["profile"] : nil } ?? list.profile.description
    }

    /// The transform that shows a score as a rating; nil where the model has none.
    private var transform: LabelTransform? {
        guard let text = info?["label_transform"], let transform = LabelTransform(rawValue: text) else { return nil }
        return transform.hasScale ? transform : nil
    }

    /// Whether a score is shown as stars, 5 at most.
    private var hasStars: Bool { transform.map { $0.rating(of: 1) == 5 } ?? false }

    /// Whether a score is shown as a rating of another kind.
    private var hasRatings: Bool { transform != nil && !hasStars }

    private func stars(_ entry: RankedEntry<ID>) -> Float { transform?.shownRating(of: entry.score) ?? entry.score }

    /// Five stars, as many of them filled as the rounded value says.
    private static func bar(_ stars: Float) -> String {
        let filled = Int(min(max(stars, 0), 5).rounded())
        return String(repeating: "★", count: filled) + String(repeating: "☆", count: 5 - filled)
    }

    private var table: String {
        let side: TextTable.Alignment = ID.self == String.self ? .left : .right
        var columns: [(name: String, alignment: TextTable.Alignment)] = [("#", .right), ("item", side)]
        if catalog != nil { columns.append(("title", .left)) }
        if hasStars { columns += [("stars", .right), ("", .left)] }
        if hasRatings { columns.append(("rating", .right)) }
        columns.append(("score", .right))
        var table = TextTable(columns)
        for (index, entry) in list.entries.enumerated() {
            var cells = ["\(index + 1)", "\(entry.id)"]
            if let catalog { cells.append(catalog.title(of: entry.id) ?? "") }
            if hasRatings { cells.append(fixed(Double(stars(entry)), 2)) }
            if hasStars { cells += [fixed(Double(stars(entry)), 2), Self.bar(stars(entry))] }
            table.append(cells + [fixed(Double(entry.score), 6)])
        }
        return table.text(for: .output)
    }

    private var csv: String {
        var columns = ["rank", "item", "score"]
        if transform != nil { columns.append(hasStars ? "stars" : "rating") }
        if catalog != nil { columns.append("title") }
        var text = csvLine(columns) + "\n"
        for (index, entry) in list.entries.enumerated() {
            var fields = ["\(index + 1)", "\(entry.id)", "\(entry.score)"]
            if transform != nil { fields.append("\(stars(entry))") }
            if let catalog { fields.append(catalog.title(of: entry.id) ?? "") }
            text += csvLine(fields) + "\n"
        }
        return text
    }

    private var json: JSONValue {
        let entries = list.entries.enumerated().map { index, entry in
            var members: [JSONValue.Member] = [
                .init("rank", .integer(index + 1)), .init("item", entry.id.json),
                .init("position", .integer(entry.position)), .init("score", .float(entry.score)),
            ]
            if transform != nil { members.append(.init(hasStars ? "stars" : "rating", .float(stars(entry)))) }
            if let title = catalog?.title(of: entry.id) { members.append(.init("title", .string(title))) }
            if entry.isUnknown { members.append(.init("unknown", .boolean(true))) }
            if !entry.isScored { members.append(.init("scored", .boolean(false))) }
            return JSONValue.object(members)
        }
        let parts = list.parts.map { part in
            JSONValue.object([
                .init("endpoint", .string(part.endpoint)), .init("candidates", .integer(part.candidateCount)),
                .init("attempts", .integer(part.attempts)),
                .init("queue_us", .integer(Int(part.timings.queueMicroseconds))),
                .init("compute_us", .integer(Int(part.timings.computeMicroseconds))),
            ])
        }
        return .object([
            .init("user", user.json), .init("model_id", .string(list.model.hex)),
            .init("profile", .string(profile)), .init("coverage", .float(list.coverage)),
            .init("unknown_user", .boolean(list.isUserUnknown)), .init("partial", .boolean(list.isPartial)),
            .init("entries", .array(entries)), .init("parts", .array(parts)),
        ])
    }
}
