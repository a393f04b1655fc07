public import RankData
import RankEngine

/// Predictions that know neither taste nor network: what a model has to beat.
public enum Baseline: String, Sendable, CaseIterable {
    /// The mean training rating for every pair.
    case globalMean = "global mean"
    /// The mean training rating of the item; that of all where the item has none.
    case itemMean = "item mean"

    /// How the baseline does on a split.
    ///
    /// - Returns: nil when the split has no test rows or no training rows.
    public func evaluate(_ ratings: Ratings, split: Split) -> Metrics? {
        guard !split.trainingRows.isEmpty else { return nil }
        let transform = LabelTransform(ratings.scale)
        var sums: [UInt64: (stars: Double, count: Int)] = [:]
        var all = 0.0
        for row in split.trainingRows {
            all += Double(ratings.stars[row])
            let sum = sums[ratings.itemIDs[row], default: (0, 0)]
            sums[ratings.itemIDs[row]] = (sum.stars + Double(ratings.stars[row]), sum.count + 1)
        }
        let mean = all / Double(split.trainingRows.count)
        return Metrics(
            users: split.testRows.map { ratings.userIDs[$0] },
            stars: split.testRows.map { ratings.stars[$0] },
            scores: split.testRows.map { row in
                guard self == .itemMean, let sum = sums[ratings.itemIDs[row]] else {
                    return Float(transform.label(of: mean))
                }
                return Float(transform.label(of: sum.stars / Double(sum.count)))
            },
            transform: transform
        )
    }
}
