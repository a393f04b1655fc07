package import RankData
package import RankEngine

/// The items that users have rated, as rows of a model's candidates.
package struct RatedRows: Sendable {
    private let pairs: RatedPairs
    /// For each item of the ratings its row of the model; 0 for unknown items.
    private let rows: [UInt32]

    /// The number of items of the ratings that the model does not know.
    package var unknownItems: Int { rows.count { $0 == 0 } }
    /// The number of items of the ratings.
    package var items: Int { rows.count }

    /// Looks up the items of some ratings.
    ///
    /// - Complexity: O(items)
    ///
    /// - Parameters:
    ///   - pairs: Pairs of the ratings, all or some.
    ///   - ratings: The ratings.
    ///   - model: The model.
    package init(_ pairs: RatedPairs, of ratings: Ratings, _ model: RankModel) {
        self.pairs = pairs
        rows = ratings.itemIDs.vocabulary.map {
            UInt32(model.candidates.row(ofText: ratings.itemNames.text($0)) ?? 0)
        }
    }

    /// The rows of the items that a user has rated, ascending; none for a user without ratings.
    package func rows(of user: String) -> [UInt32] {
        guard let place = pairs.user(ofText: user) else { return [] }
        return pairs.items(ratedBy: place).map { rows[$0] }.filter { $0 > 0 }.sorted()
    }
}
