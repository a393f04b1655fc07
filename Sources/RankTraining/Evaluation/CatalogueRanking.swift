import RankData
import RankEngine

/// Measures the lists that a model makes of its whole catalogue, less what each user rated in training.
///
/// Items of equal score come in the order of a pool's answers, by their ids.
struct CatalogueRanking {
    let model: RankModel
    /// Finds the best of the catalogue.
    let scorer: BatchScorer
    /// What lists leave out.
    let trained: RatedRows
    let cutoff: RankingMetrics.Cutoff

    /// Users whose lists are in memory at a time.
    private static let wave = 1_024

    /// One user, and the test ratings.
    private struct User {
        let text: String
        /// Places of the test rows.
        let places: ArraySlice<Int>
    }

    /// Ranks the catalogue for each user with test ratings.
    ///
    /// A test item is never left out. One that the model does not know is on no list.
    ///
    /// - Complexity: O(users · items), or less by an index of the catalogue
    ///
    /// - Parameters:
    ///   - testRows: The rows of the ratings to find.
    ///   - gains: Their gains.
    ///   - ratings: The ratings.
    ///   - plan: The way to the best, which does not change them.
    /// - Returns: The means over the users; nil where there are no test ratings.
    /// - Throws: `TrainingError` with code `engineFailed`.
    func metrics(
        _ testRows: RowList,
        gains: [Float],
        of ratings: Ratings,
        by plan: TopKPlan
    ) throws(TrainingError) -> RankingMetrics? {
        let rows = testRows.map { $0 }
        let order = rows.indices.sorted { (ratings.userIDs[rows[$0]], $0) < (ratings.userIDs[rows[$1]], $1) }
        var users: [User] = []
        var start = 0
        while start < order.count {
            let id = ratings.userIDs[rows[order[start]]]
            let end = order[start...].firstIndex { ratings.userIDs[rows[$0]] != id } ?? order.count
            users.append(User(text: ratings.userNames.text(id), places: order[start..<end]))
            start = end
        }
        guard !users.isEmpty else { return nil }
        let items = ratings.itemIDs.vocabulary.map {
            UInt32(model.candidates.row(ofText: ratings.itemNames.text($0)) ?? 0)
        }
        let scorer = try TrainingError.translating { () throws(EngineError) in
            try self.scorer.choosing(plan, top: cutoff.k, users: users.count)
        }
        var sums = RankingMetrics.Sums(cutoff)
        for first in stride(from: 0, to: users.count, by: Self.wave) {
            let part = users[first..<min(first + Self.wave, users.count)]
            let tested = part.map { user in user.places.map { items[Int(ratings.itemIDs.rows[rows[$0]])] } }
            let hidden = zip(part, tested).map { user, tested in
                let own = Set(tested)
                return trained.rows(of: user.text).filter { !own.contains($0) }
            }
            let userRows = part.map { UInt32(model.users.row(ofText: $0.text) ?? 0) }
            let lists = try TrainingError.translating { () throws(EngineError) in
                try scorer.best(cutoff.k, userRows: userRows, excluding: hidden)
            }
            for (place, user) in part.enumerated() {
                let ratings = zip(tested[place], user.places.map { gains[$0] })
                sums.add(list(lists[place], ratings.map { $0 }), count: user.places.count)
            }
        }
        return RankingMetrics(sums)
    }

    private func list(_ entries: [BatchScorer.Entry], _ tested: [(row: UInt32, gain: Float)]) -> TiedList {
        var left: [UInt32: Float] = [:]
        var missed: [Float] = []
        for (row, gain) in tested {
            if row > 0, left[row] == nil { left[row] = gain } else { missed.append(gain) }
        }
        let listed = entries.map { left.removeValue(forKey: $0.row) }
        return TiedList(listed: listed, missed: missed + left.values, cutoff)
    }
}
