import RankTraining
import Testing

@Suite struct RankingMetricsTests {
    /// Without ties as keras_rs has it; with ties the mean over every order of the tied items.
    @Test func agreesWithKerasRS() throws {
        for sample in try RankingFixture.load().metrics {
            let metrics = try #require(
                RankingMetrics(
                    users: sample.stars.map { _ in 1 },
                    stars: sample.stars,
                    scores: sample.scores,
                    cutoff: RankingMetrics.Cutoff(k: sample.k, relevantStars: sample.relevant)
                )
            )
            let mine = [
                "ndcg": metrics.ndcg, "ndcg_exp": metrics.exponentialNDCG, "mrr": metrics.meanReciprocalRank,
                "map": metrics.meanAveragePrecision, "recall": metrics.recall,
            ]
            for (name, expected) in sample.expected {
                let value = try #require(mine[name])
                #expect(abs(value - expected) < 1e-6, "\(name) of \(sample.stars) by \(sample.scores)")
            }
        }
    }

    @Test func usersAreListsOfTheirOwn() throws {
        // User 1 finds the relevant item second, user 2 has none, user 3 finds both of two in the first two places.
        let metrics = try #require(
            RankingMetrics(
                users: [3, 1, 2, 1, 3, 2, 3],
                stars: [5, 4, 3, 2, 4, 1, 1],
                scores: [0.9, 0.1, 0.5, 0.2, 0.8, 0.6, 0.1],
                cutoff: RankingMetrics.Cutoff(k: 2, relevantStars: 4)
            )
        )
        #expect(metrics.users == 3 && metrics.usersWithoutRelevant == 1 && metrics.count == 7)
        #expect(abs(metrics.meanReciprocalRank - (0.5 + 0 + 1) / 3) < 1e-15)
        #expect(abs(metrics.meanAveragePrecision - (0.5 + 0 + 1) / 3) < 1e-15)
        #expect(abs(metrics.recall - 2.0 / 3) < 1e-15)
    }

    @Test func aScoreForAllIsWorthARandomOrder() throws {
        let stars = (0..<30).map { Float($0 < 3 ? 5 : 1) }
        let metrics = try #require(
            RankingMetrics(users: stars.map { _ in 1 }, stars: stars, scores: stars.map { _ in 0.5 })
        )
        #expect(abs(metrics.recall - 10.0 / 30) < 1e-15)
        // The first of 3 among 30 is at place i in C(30 − i, 2) of C(30, 3) cases.
        var expected = 0.0
        for place in 1...10 {
            let cases = (30 - place) * (29 - place) / 2
            expected += Double(cases) / 4_060 / Double(place)
        }
        #expect(abs(metrics.meanReciprocalRank - expected) < 1e-14)
    }

    @Test(.timeLimit(.minutes(1))) func aScoreThatIsNoNumberEndsToo() throws {
        let metrics = try #require(
            RankingMetrics(users: [1, 1, 1], stars: [5, 3, 1], scores: [.nan, 0.5, .nan])
        )
        #expect(metrics.count == 3 && metrics.users == 1 && metrics.recall == 1)
    }

    @Test func impossibleCutoffsAreRefused() {
        for (k, relevant) in [(0, Float(4)), (-1, 4), (10, .nan), (10, .infinity)] {
            let error = #expect(throws: TrainingError.self) {
                _ = try RankingMetrics.Cutoff(k: k, relevantStars: relevant)
            }
            #expect(error?.code == .invalidOption)
        }
        #expect(RankingMetrics(users: [], stars: [], scores: []) == nil)
    }
}
