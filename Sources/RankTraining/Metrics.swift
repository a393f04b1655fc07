/// How far scores are from ratings, and how well they order.
public struct Metrics: Sendable, Equatable {
    /// Pairs compared.
    public let count: Int
    /// Mean squared error on the label's scale.
    public let loss: Double
    /// Root mean squared error on the label's scale, unclipped.
    public let rmse: Double
    /// The same in stars.
    public let rmseInStars: Double
    /// Mean absolute error on the label's scale.
    public let mae: Double
    /// Normalised discounted cumulative gain of the first ten, a mean over users.
    ///
    /// Each user's own test items are ordered by score; an item's gain is its stars, its discount `1 / log2(i + 1)` at
    /// place i, counted from 1. Items of equal score share their places: each gets the mean of what their orders would
    /// give, so that no order of ids or rows flatters a model that cannot tell them apart.
    public let ndcgAt10: Double

    /// Compares scores with ratings.
    ///
    /// O(n log n). All lists are equally long. nil for no pair at all.
    ///
    /// - Parameters:
    ///   - users: Who rated.
    ///   - stars: How they rated, 1...5.
    ///   - scores: What the model says, on the label's scale.
    ///   - starsPerUnit: 4 for labels `(stars − 1)/4`; 1 where the label is the number of stars itself.
    public init?(users: [UInt64], stars: [Float], scores: [Float], starsPerUnit: Double = 4) {
        precondition(users.count == scores.count && stars.count == scores.count)
        guard !scores.isEmpty else { return nil }
        var squares = 0.0
        var absolutes = 0.0
        for (score, rating) in zip(scores, stars) {
            let label = starsPerUnit == 1 ? Double(rating) : (Double(rating) - 1) / starsPerUnit
            let error = Double(score) - label
            squares += error * error
            absolutes += error.magnitude
        }
        count = scores.count
        loss = squares / Double(count)
        rmse = loss.squareRoot()
        rmseInStars = rmse * starsPerUnit
        mae = absolutes / Double(count)
        ndcgAt10 = Self.ndcg(users: users, stars: stars, scores: scores)
    }

    private static func ndcg(users: [UInt64], stars: [Float], scores: [Float]) -> Double {
        let order = scores.indices.sorted { a, b in
            if users[a] != users[b] { return users[a] < users[b] }
            return scores[a] > scores[b]
        }
        var total = 0.0
        var userCount = 0
        var start = order.startIndex
        while start < order.endIndex {
            let user = users[order[start]]
            let end = order[start...].firstIndex { users[$0] != user } ?? order.endIndex
            let gains = order[start..<end].map { Double(stars[$0]) }
            let tied = shared(gains, order[start..<end].map { scores[$0] })
            total += gain(tied) / gain(gains.sorted(by: >))
            userCount += 1
            start = end
        }
        return total / Double(userCount)
    }

    /// Gives items of equal score, which stand side by side, the mean of their gains.
    private static func shared(_ gains: [Double], _ scores: [Float]) -> [Double] {
        var shared: [Double] = []
        while shared.count < gains.count {
            let start = shared.count
            let end = scores[start...].firstIndex { $0 != scores[start] } ?? scores.endIndex
            let mean = gains[start..<end].reduce(0, +) / Double(end - start)
            shared += repeatElement(mean, count: end - start)
        }
        return shared
    }

    private static func gain(_ gains: [Double]) -> Double {
        var sum = 0.0
        for (index, gain) in gains.prefix(10).enumerated() { sum += gain / discounts[index] }
        return sum
    }

    /// log2(2), log2(3), … log2(11), rounded to nearest: no math library has a say in the result.
    private static let discounts = [
        1.0, 1.584962500721156, 2.0, 2.321928094887362, 2.584962500721156, 2.807354922057604, 3.0,
        3.169925001442312, 3.321928094887362, 3.4594316186372973,
    ]
}
