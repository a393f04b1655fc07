import CommandSupport
import RankCore
import RankData

/// The items that the user has rated, and the titles: read from data in any form that `rank-train fit --data` takes.
struct UserHistory<ID: CommandID>: Sendable {
    private let ids: Set<[UInt8]>
    let dataSet: DataSet?
    private let notes: [String]

    /// Reads the items that a user has rated.
    ///
    /// - Parameters:
    ///   - path: The data; nil for nothing.
    ///   - user: The user.
    /// - Throws: `DataError`, and a failure where the ids are of another kind than the model's.
    init(_ path: String?, of user: ID) throws {
        guard let path else {
            (ids, dataSet, notes) = ([], nil, [])
            return
        }
        // Only the fact of a rating counts, so any value is accepted, however often it is repeated.
        let anyRating = try RatingScale(minimum: -1e38, maximum: 1e38)
        let set = try DataSet.load(path: path, DataOptions(scale: anyRating, duplicates: .last))
        let ratings = set.ratings
        guard ID.self == String.self || ratings.userNames == nil else {
            throw CommandFailure(
                .refused,
                "--exclude-rated \(oneLine(path)): its ids are texts, those of the workers' model are numbers; give "
                    + "the data that the model was trained on"
            )
        }
        // In data whose ids are numbers none has zeros before it: the text 007 is no id there.
        let plain = UInt64("\(user)").flatMap { "\($0)" == "\(user)" ? $0 : nil }
        let number = ratings.userNames.map { $0.id(of: "\(user)") } ?? plain
        ids = Set((number.map { ratings.items(ratedBy: $0) } ?? []).map { Self.key(ratings.itemNames.text($0)) })
        dataSet = set
        notes = ids.isEmpty ? ["--exclude-rated \(path) has no ratings by user \(user), so nothing is left out"] : []
    }

    /// Notes for the reader on lists from which all, or nothing, was left out.
    ///
    /// - Parameters:
    ///   - listed: How many items were to be ranked.
    ///   - kept: How many of them the user has not rated.
    ///   - isCatalogue: Whether these are all that the model knows.
    /// - Returns: The notes.
    func notes(listed: Int, kept: Int, isCatalogue: Bool) -> [String] {
        if listed > 0 && kept == 0 { return ["the user has rated every item of the list, so all are left out"] }
        if isCatalogue && !isEmpty && kept == listed {
            return ["the model knows none of the items that the user has rated, so nothing is left out"]
        }
        return notes
    }

    /// Whether the user has rated an item.
    func contains(_ item: ID) -> Bool { !ids.isEmpty && ids.contains(Self.key("\(item)")) }

    var isEmpty: Bool { ids.isEmpty }

    // By bytes: texts that only look alike are equal as strings, but are different ids.
    private static func key(_ text: String) -> [UInt8] { Array(text.utf8) }
}
