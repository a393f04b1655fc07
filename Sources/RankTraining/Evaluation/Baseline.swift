public import RankData
import RankEngine

/// Predictions without any knowledge of taste, which a model has to beat.
public enum Baseline: String, Sendable, CaseIterable {
    /// The mean training rating for every pair.
    case globalMean = "global mean"
    /// The mean training rating of the item; that of all where the item has none.
    case itemMean = "item mean"
    /// The mean training rating, a bias of the user and one of the item, shrunk towards zero; see `RatingBiases`.
    case biases = "user and item biases"

    /// The figures of the baseline on a split.
    ///
    /// - Returns: nil when the split has no test rows or no training rows.
    public func evaluate(_ ratings: Ratings, split: Split) -> Metrics? {
        guard let stars = predict(split.testRows, of: ratings, split: split) else { return nil }
        let transform = LabelTransform(ratings.scale)
        return Metrics(
            users: split.testRows.map { ratings.userIDs[$0] },
            stars: split.testRows.map { ratings.stars[$0] },
            scores: stars.map { Float(transform.label(of: $0)) },
            transform: transform
        )
    }

    /// The baseline's predictions of some ratings, from the training rows of a split alone.
    ///
    /// - Parameters:
    ///   - rows: The ratings to predict, test rows or training rows.
    ///   - ratings: The ratings.
    ///   - split: Which of them train.
    /// - Returns: Stars, or what ratings are given in, in the order of `rows`; nil when the split has no training rows.
    public func predict(_ rows: RowList, of ratings: Ratings, split: Split) -> [Double]? {
        guard !split.trainingRows.isEmpty else { return nil }
        let mean = split.trainingRows.reduce(0.0) { $0 + Double(ratings.stars[$1]) } / Double(split.trainingRows.count)
        switch self {
        case .globalMean:
            return rows.map { _ in mean }
        case .itemMean:
            var sums: [UInt64: (stars: Double, count: Int)] = [:]
            for row in split.trainingRows {
                let sum = sums[ratings.itemIDs[row], default: (0, 0)]
                sums[ratings.itemIDs[row]] = (sum.stars + Double(ratings.stars[row]), sum.count + 1)
            }
            return rows.map { sums[ratings.itemIDs[$0]].map { $0.stars / Double($0.count) } ?? mean }
        case .biases:
            let biases = RatingBiases(ratings, split.trainingRows, mean: mean)
            return rows.map { biases.predict(user: ratings.userIDs[$0], item: ratings.itemIDs[$0]) }
        }
    }
}
