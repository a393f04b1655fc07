import CommandSupport
import RankCore
import RankData
import RankEngine
import RankTraining

/// The items that each user has rated, as rows of a model's candidates.
struct RatedItems {
    private let rated: RatedRows
    /// A line on the ratings, and on the ids among them that the model does not know.
    let text: String

    /// Any rating excludes an item, on any scale, and duplicates exclude it once.
    private static let anyRating = try? RatingScale(minimum: -1e38, maximum: 1e38)

    /// Reads ratings of a data set, in any form.
    ///
    /// - Parameters:
    ///   - path: A directory or a file.
    ///   - model: The model whose rows are left out.
    ///   - allowsStrangers: Whether lists are also made for users that the model does not know.
    /// - Throws: `DataError`, and `CommandFailure` when they have nothing in common with the model.
    init(path: String, _ model: RankModel, allowsStrangers: Bool) throws {
        let ratings = try DataSet.load(path: path, DataOptions(scale: Self.anyRating, duplicates: .first)).ratings
        rated = RatedRows(RatedPairs(ratings), of: ratings, model)
        let (users, unknown) = (ratings.userIDs.vocabulary, rated.unknownItems)
        let strangers = users.count { model.users.row(ofText: ratings.userNames.text($0)) == nil }
        let known = [("items", rated.items - unknown)] + (allowsStrangers ? [] : [("users", users.count - strangers)])
        for (what, count) in known where count == 0 {
            throw CommandFailure(
                .refused,
                "--exclude-rated \(path): the model knows none of the \(what) in it, so nothing would be left out; "
                    + "give ratings by the model's users"
            )
        }
        var text = "\(grouped(ratings.count)) ratings of \(oneLine(path))"
        if strangers + unknown > 0 {
            text += "; the model does not know \(grouped(strangers)) users and \(grouped(unknown)) items of it"
        }
        self.text = text
    }

    /// The rows of the items that a user has rated, ascending; none for a user without ratings.
    func rows(of user: String) -> [UInt32] { rated.rows(of: user) }
}
