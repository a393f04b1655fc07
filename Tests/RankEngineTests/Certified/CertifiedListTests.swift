import RankCore
import RankEngine
import TestSupport
import Testing

@Suite("A certified list has the entries of a plain one: ids, order and bits")
struct CertifiedListTests {
    @Test(arguments: BoundNetwork.allCases)
    func everyListIsThatOfBruteForce(_ network: BoundNetwork) throws {
        let model = try network.model()
        guard let certified = try model.makeCertified() else { return }
        let plain = try model.makeRanker()
        #expect(certified.topKChoice.plan == .certified)
        var generator = SplitMix64(seed: 7)
        for user in 0..<UInt64(BoundNetwork.users) {
            for (count, top) in [(1, 1), (31, 3), (32, 8), (100, 10), (500, 1), (500, 10), (500, 125), (2_000, 500)] {
                // Known ids, unknown ones, and duplicates.
                let most = UInt64(BoundNetwork.candidates) + 5
                let ids = (0..<count).map { _ in UInt64.random(in: 0...most, using: &generator) }
                for policy in [UnknownIDPolicy.fallback, .omit] {
                    try expectEqual(certified, plain, ids, user, top, policy)
                }
            }
            let catalogue = (0..<UInt64(BoundNetwork.candidates)).map { $0 }
            for top in [1, 10, 150, 500, 600, 1_000] {
                try expectEqual(certified, plain, catalogue, user, top, .fallback)
            }
        }
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func listsOfTenThousandAreThoseOfBruteForce(_ seed: UInt64) throws {
        let model = try BoundNetwork.ordinary.model(seed: seed)
        guard let certified = try model.makeCertified() else { return }
        let plain = try model.makeRanker()
        var generator = SplitMix64(seed: seed)
        let ids = (0..<10_000).map { _ in UInt64.random(in: 0..<600, using: &generator) }
        for top in [1, 10, 100, 500] { try expectEqual(certified, plain, ids, seed, top, .fallback) }
    }

    @Test func anUnknownCandidateIsNamed() throws {
        let model = try BoundNetwork.ordinary.model()
        guard let certified = try model.makeCertified() else { return }
        let ids = (1...100).map { $0 == 60 ? 70_000 : UInt64($0) }
        let error = engineError { _ = try certified.rank(ids, for: 1, top: 10) }
        #expect(error?.code == .unknownID)
        #expect(error?.position == 59)
    }

    @Test func userOnceGivesTheSameLists() throws {
        let model = try BoundNetwork.ordinary.model()
        guard try model.makeCertified() != nil else { return }
        let certified = try model.makeRanker(plan: .userOnce, topKPlan: .certified)
        let plain = try model.makeRanker()
        for user in 0..<UInt64(BoundNetwork.users) {
            try expectEqual(certified, plain, (0..<500).map { $0 }, user, 10, .fallback)
        }
    }

    @Test func aListInSlicesIsThatOfOneCall() throws {
        let model = try BoundNetwork.twins.model()
        guard let certified = try model.makeCertified() else { return }
        let plain = try model.makeRanker()
        let ids = (0..<UInt64(BoundNetwork.candidates)).map { $0 }
        let expected = try plain.rank(ids, for: 3, top: 20, unknownIDs: .fallback)
        var leftOut = 0
        for slice in [7, 100, 333] {
            let best = BestScores()
            best.reset(20)
            var scores = [Float](repeating: 0, count: ids.count)
            var unknown = [Bool](repeating: false, count: ids.count)
            try ids.withUnsafeBytes { bytes in
                let query = RankQuery(user: .number(3), candidates: .numbers(bytes))
                for start in stride(from: 0, to: ids.count, by: slice) {
                    let part = start..<min(start + slice, ids.count)
                    _ = try scores.withUnsafeMutableBufferPointer { scores in
                        try unknown.withUnsafeMutableBufferPointer { unknown in
                            try certified.scoreBest(
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
                var positions = [UInt32](repeating: 0, count: 20)
                let count = positions.withUnsafeMutableBufferPointer { positions in
                    scores.withUnsafeBufferPointer { scores in
                        TopK().select(20, scores: scores, ids: .numbers(bytes), into: positions)
                    }
                }
                #expect(positions[..<count].map { Int($0) } == expected.map(\.position))
                #expect(positions.map { scores[Int($0)].bitPattern } == expected.map(\.score.bitPattern))
            }
            leftOut += scores.count { $0 == -.infinity }
        }
        #expect(leftOut > 0)
    }

    private func expectEqual(
        _ certified: EmbeddingRanker,
        _ plain: EmbeddingRanker,
        _ ids: [UInt64],
        _ user: UInt64,
        _ top: Int,
        _ policy: UnknownIDPolicy
    ) throws {
        let found = try certified.rank(ids, for: user, top: top, unknownIDs: policy)
        let expected = try plain.rank(ids, for: user, top: top, unknownIDs: policy)
        #expect(found == expected, "user \(user), \(top) of \(ids.count), \(policy)")
        #expect(found.map(\.score.bitPattern) == expected.map(\.score.bitPattern))
    }
}
