import RankCore
import RankEngine
import TestSupport
import Testing

@Suite(
    "Parts of a certified list",
    .enabled(if: Kernel.best.hasBounds, "this CPU has no kernel for bounds")
)
struct CertifiedPartTests {
    /// Two workers have half of the list each, and the caller merges what they find.
    @Test(arguments: [BoundNetwork.ordinary, .twins, .heavyTails])
    func aListSplitOverTwoWorkersIsThatOfOne(_ network: BoundNetwork) throws {
        let model = try network.model()
        let plain = try model.makeRanker()
        let workers = [try model.makeRanker(topKPlan: .certified), try model.makeRanker(topKPlan: .certified)]
        var generator = SplitMix64(seed: 21)
        // Ids twice, so that equal scores are met in both halves.
        let ids = (0..<500).map { _ in UInt64.random(in: 1..<UInt64(BoundNetwork.candidates), using: &generator) }
        let halves = [Array(0..<250), Array(250..<500)]
        for user in 1..<UInt64(BoundNetwork.users) {
            for top in [1, 10, 62, 250] {
                var merged: [(score: Float, position: Int)] = []
                for (worker, half) in zip(workers, halves) {
                    let part = try worker.rank(half.map { ids[$0] }, for: user, top: top)
                    merged += part.map { (score: $0.score, position: half[$0.position]) }
                }
                merged.sort { left, right in
                    (-left.score, ids[left.position], left.position)
                        < (-right.score, ids[right.position], right.position)
                }
                let expected = try plain.rank(ids, for: user, top: top)
                #expect(merged.prefix(top).map(\.position) == expected.map(\.position))
                #expect(merged.prefix(top).map(\.score.bitPattern) == expected.map(\.score.bitPattern))
            }
        }
    }

    /// A part that is too short for bounds has the best of the list: the next part has to reach them.
    @Test func aPartScoredWholeRaisesTheThreshold() throws {
        let model = try BoundNetwork.ordinary.model()
        let certified = try model.makeRanker(topKPlan: .certified)
        let all = (1..<UInt64(BoundNetwork.candidates)).map { $0 }
        let best = try model.makeRanker().rank(all, for: 3, top: 20).map { all[$0.position] }
        let ids = best + all.filter { !best.contains($0) }
        let (first, second) = (0..<25, 25..<ids.count)
        #expect(!certified.leavesOut(of: first.count, wanted: 8))
        let after = try scored(certified, ids, parts: [first, second]).count { $0 > -.infinity }
        let alone = try scored(certified, ids, parts: [second]).count { $0 > -.infinity }
        #expect(after - first.count < alone && alone < second.count)
    }

    @Test func asManyEntriesAsThereAreMayBeWanted() throws {
        let model = try BoundNetwork.twins.model()
        let (plain, certified) = (try model.makeRanker(), try model.makeRanker(topKPlan: .certified))
        for count in [1, 31, 32, 33, 500] {
            let ids = (0..<count).map { UInt64($0 % 300) }
            for top in [1, count / 4, count / 4 + 1, count - 1, count, count + 1, 10 * count] where top > 0 {
                let found = try certified.rank(ids, for: 2, top: top, unknownIDs: .fallback)
                let expected = try plain.rank(ids, for: 2, top: top, unknownIDs: .fallback)
                #expect(found == expected, "\(top) of \(count)")
                #expect(found.count == min(top, count))
            }
        }
    }

    /// The scores of parts that share the best 8, one after another.
    private func scored(_ ranker: EmbeddingRanker, _ ids: [UInt64], parts: [Range<Int>]) throws -> [Float] {
        let best = BestScores()
        best.reset(8)
        var scores = [Float](repeating: -.infinity, count: ids.count)
        var unknown = [Bool](repeating: false, count: ids.count)
        try ids.withUnsafeBytes { bytes in
            let query = RankQuery(user: .number(3), candidates: .numbers(bytes))
            for part in parts {
                _ = try scores.withUnsafeMutableBufferPointer { scores in
                    try unknown.withUnsafeMutableBufferPointer { unknown in
                        try ranker.scoreBest(
                            query,
                            candidates: part,
                            omitsUnknown: false,
                            best: best,
                            scores: UnsafeMutableBufferPointer(rebasing: scores[part]),
                            unknown: UnsafeMutableBufferPointer(rebasing: unknown[part])
                        )
                    }
                }
            }
        }
        return scores
    }
}
