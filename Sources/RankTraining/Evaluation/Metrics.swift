public import RankEngine

/// The errors of scores, and the quality of their order.
public struct Metrics: Sendable, Equatable {
    /// Pairs compared.
    public let count: Int
    /// Mean squared error on the label's scale.
    public let loss: Double
    /// Root mean squared error on the label's scale, unclipped.
    public let rmse: Double
    /// The RMSE in stars, or on the ratings' own scale.
    public let rmseInStars: Double
    /// The distance of the highest rating from the lowest: 4 for 1...5 stars.
    public let ratingWidth: Double
    /// Mean absolute error on the label's scale.
    public let mae: Double
    /// The quality of the order, at the standard cutoff.
    public let ranking: RankingMetrics

    /// Normalised discounted cumulative gain of the first ten, a mean over users (``RankingMetrics/ndcg``).
    public var ndcgAt10: Double { ranking.ndcg }

    /// Compares scores with ratings.
    ///
    /// All lists are equally long; nil without any pair.
    ///
    /// - Complexity: O(n log n)
    ///
    /// - Parameters:
    ///   - users: The user of each rating.
    ///   - stars: The ratings.
    ///   - scores: The model's scores, on the label's scale.
    ///   - transform: The transform of `stars` into labels.
    public init?(users: [UInt64], stars: [Float], scores: [Float], transform: LabelTransform = .unitFromStars) {
        precondition(users.count == scores.count && stars.count == scores.count)
        guard let ranking = RankingMetrics(users: users, stars: transform.gains(of: stars), scores: scores) else {
            return nil
        }
        var squares = 0.0
        var absolutes = 0.0
        for (score, rating) in zip(scores, stars) {
            let error = Double(score) - transform.label(of: Double(rating))
            squares += error * error
            absolutes += error.magnitude
        }
        count = scores.count
        loss = squares / Double(count)
        rmse = loss.squareRoot()
        ratingWidth = Double(transform.width)
        rmseInStars = rmse * ratingWidth
        mae = absolutes / Double(count)
        self.ranking = ranking
    }
}
