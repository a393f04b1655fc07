import RankCore
import RankEngine
import TestSupport
import Testing

@Suite("The bound of a score")
struct CertifiedBoundTests {
    @Test(arguments: BoundNetwork.allCases)
    func noScoreIsAboveItsBound(_ network: BoundNetwork) throws {
        for seed in 1...3 as ClosedRange<UInt64> {
            let model = try network.model(seed: seed)
            guard let certified = try model.makeCertified() else { return }
            var proved = 0
            for (score, upper, margin) in try pairs(certified, users: BoundNetwork.users) {
                #expect(Double(score) <= Double(upper) + Double(margin))
                proved += 1
            }
            // Nothing is proved of a user beyond all others; of all others it is.
            let users = network == .outlierUsers ? BoundNetwork.users - 1 : BoundNetwork.users
            #expect(proved == users * BoundNetwork.candidates)
        }
    }

    /// Of one unit and one output, whose weight no integer misses, the bound is the largest sum of two roundings, and
    /// some pair has it: so a bound of 99 % of this one is no bound.
    @Test func onePercentLessWouldBeNoBound() throws {
        let (users, candidates) = (40, 4_000)
        let directory = try TemporaryDirectory()
        var generator = SplitMix64(seed: 3)
        func rows(_ count: Int) -> [Float] { (0..<count).map { _ in Float.random(in: 0...1, using: &generator) } }
        let draft = ModelDraft(
            users: ModelDraft.Table(embedding: rows(users), dimensions: 1),
            candidates: ModelDraft.Table(embedding: rows(candidates), dimensions: 1),
            layers: [
                ModelDraft.Dense(kernel: [1, 1], bias: [0.1]),
                ModelDraft.Dense(kernel: [1], bias: [0]),
                ModelDraft.Dense(kernel: [1], bias: [0]),
            ],
            dotProduct: false,
            mean: nil,
            metadata: ModelMetadata(labelTransform: .unitFromStars, prior: 0.5, fingerprint: TrainingFingerprint())
        )
        try draft.write(to: directory.file("model"))
        guard let certified = try RankModel.load(path: directory.file("model")).makeCertified() else { return }
        var largest = 0.0
        for (score, upper, margin) in try pairs(certified, users: users) {
            #expect(Double(score) <= Double(upper) + Double(margin))
            largest = max(largest, (Double(score) - Double(upper)) / Double(margin))
        }
        #expect(largest > 0.99 && largest <= 1)
    }

    @Test func boundsAreNarrowWhereWeightsAreOrdinary() throws {
        guard let certified = try BoundNetwork.ordinary.model().makeCertified() else { return }
        let all = try pairs(certified, users: BoundNetwork.users)
        let scores = all.map { Double($0.score) }
        let spread = (scores.max() ?? 0) - (scores.min() ?? 0)
        let margin = all.map { Double($0.margin) }.reduce(0, +) / Double(all.count)
        #expect(margin < spread / 4)
    }

    /// Every pair of a user that something is proved of: score, U + B1·r and B0.
    private func pairs(
        _ ranker: EmbeddingRanker,
        users: Int
    ) throws -> [(score: Float, upper: Float, margin: Float)] {
        let rows = (0..<UInt32(ranker.model.candidates.rowCount)).map { $0 }
        var all: [(score: Float, upper: Float, margin: Float)] = []
        for user in 0..<users {
            guard let (upper, margin) = ranker.upperBounds(userRow: UInt32(user), candidateRows: rows) else { continue }
            let ids = rows.map { UInt64($0) }
            let scores = try ranker.scores(of: ids, for: UInt64(user), unknownIDs: .fallback)
            for (score, bound) in zip(scores, upper) { all.append((score, bound, margin)) }
        }
        return all
    }
}
