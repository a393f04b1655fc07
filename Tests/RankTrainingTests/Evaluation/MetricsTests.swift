import Foundation
import RankEngine
import RankTraining
import Testing

@Suite struct MetricsTests {
    @Test func errorsByHand() throws {
        let metrics = try #require(
            Metrics(users: [1, 1, 2], stars: [5, 1, 3], scores: [0.5, 0.25, 0.5])
        )
        #expect(metrics.count == 3)
        // Errors on the label's scale: −0.5, 0.25, 0.
        #expect(abs(metrics.loss - 0.3125 / 3) < 1e-15)
        #expect(abs(metrics.rmse - (0.3125 / 3).squareRoot()) < 1e-15)
        #expect(abs(metrics.rmseInStars - 4 * (0.3125 / 3).squareRoot()) < 1e-15)
        #expect(metrics.mae == 0.25)
    }

    @Test func scoresInStarsAreComparedWithStars() throws {
        let metrics = try #require(
            Metrics(users: [1, 1], stars: [5, 1], scores: [4, 1], transform: .identity)
        )
        #expect(metrics.loss == 0.5 && metrics.rmse == metrics.rmseInStars && metrics.mae == 0.5)
    }

    @Test func gainByHand() throws {
        // User 1 sees 1, 5, 3 stars in the order of the scores; the ideal order is 5, 3, 1. User 2 has one item.
        let metrics = try #require(
            Metrics(
                users: [1, 2, 1, 1],
                stars: [5, 2, 3, 1],
                scores: [0.5, 0.1, 0.2, 0.9]
            )
        )
        let reached = 1 + 5 / log2(3.0) + 3 / 2
        let ideal = 5 + 3 / log2(3.0) + 1.0 / 2
        #expect(abs(metrics.ndcgAt10 - (reached / ideal + 1) / 2) < 1e-15)
    }

    @Test func tiesShareTheirPlaces() throws {
        let ideal = 5 + 1 / log2(3.0)
        for stars in [[1, 5], [5, 1]] as [[Float]] {
            let tied = try #require(Metrics(users: [1, 1], stars: stars, scores: [0.5, 0.5]))
            #expect(abs(tied.ndcgAt10 - 3 * (1 + 1 / log2(3.0)) / ideal) < 1e-15)
        }
        // Nine places are taken; the two that follow share the tenth.
        let scores = (0..<9).map { 1 - Float($0) / 10 } + [0, 0]
        let stars = [Float](repeating: 5, count: 9) + [5, 1]
        let metrics = try #require(Metrics(users: scores.map { _ in 1 }, stars: stars, scores: scores))
        let discounts = (1...10).map { 1 / log2(Double($0) + 1) }
        let missed = 2 * discounts[9] / (5 * discounts.reduce(0, +))
        #expect(abs(metrics.ndcgAt10 - (1 - missed)) < 1e-14)
    }

    @Test func onlyTheFirstTenCount() throws {
        let items = (1...12).map { UInt64($0) }
        let users = items.map { _ in UInt64(1) }
        // The two best items come last.
        let stars = items.map { Float($0 > 10 ? 5 : 1) }
        let metrics = try #require(
            Metrics(users: users, stars: stars, scores: items.map { -Float($0) })
        )
        let discounts = (1...10).map { 1 / log2(Double($0) + 1) }
        let reached = discounts.reduce(0, +)
        #expect(abs(metrics.ndcgAt10 - reached / (reached + 4 * discounts[0] + 4 * discounts[1])) < 1e-15)
    }

    @Test func nothingHasNoMetrics() {
        #expect(Metrics(users: [], stars: [], scores: []) == nil)
    }
}
