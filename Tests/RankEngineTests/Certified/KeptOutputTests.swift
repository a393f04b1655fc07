import RankCore
import RankEngine
import TestSupport
import Testing

@Suite(
    "Whatever outputs bounds keep, lists are those of brute force",
    .enabled(if: Kernel.best.hasBounds, "this CPU has no kernel for bounds")
)
struct KeptOutputTests {
    private static let networks: [BoundNetwork] = [
        .ordinary, .heavyTails, .outlierCandidates, .outlierUsers, .twins, .zeroWeights, .userTerms, .wideOutputs,
    ]

    @Test(arguments: networks)
    func everyNumberOfOutputsGivesTheSameLists(_ network: BoundNetwork) throws {
        let model = try network.model(seed: 4)
        let (plain, certified) = (try model.makeRanker(), try model.makeRanker(topKPlan: .certified))
        #expect(certified.keptChoices == (network == .wideOutputs ? [16, 24, 32, 48, 64] : [16, 24, 32, 48]))
        var generator = SplitMix64(seed: 8)
        let lists = [32, 100, 600].map { count in
            (0..<count).map { _ in UInt64.random(in: 0...UInt64(BoundNetwork.candidates), using: &generator) }
        }
        for kept in certified.keptChoices {
            for front in [nil, 16, 24, kept] {
                certified.keep(kept, after: front)
                for user in 0..<UInt64(BoundNetwork.users) {
                    for (ids, top) in zip(lists, [8, 10, 20]) {
                        let found = try certified.rank(ids, for: user, top: top, unknownIDs: .fallback)
                        let expected = try plain.rank(ids, for: user, top: top, unknownIDs: .fallback)
                        #expect(found == expected, "user \(user), \(top) of \(ids.count), \(kept) kept")
                        #expect(found.map(\.score.bitPattern) == expected.map(\.score.bitPattern))
                    }
                }
            }
        }
    }

    @Test(arguments: networks)
    func noScoreIsAboveItsBoundWhateverIsKept(_ network: BoundNetwork) throws {
        let model = try network.model(seed: 5)
        let ranker = try model.makeRanker(topKPlan: .certified)
        let rows = (0..<UInt32(model.candidates.rowCount)).map { $0 }
        for kept in ranker.keptChoices {
            ranker.keep(kept, after: nil)
            for user in 0..<UInt32(BoundNetwork.users) {
                guard let (upper, margin) = ranker.upperBounds(userRow: user, candidateRows: rows) else {
                    #expect(network == .outlierUsers)
                    continue
                }
                let scores = try ranker.scores(of: rows.map { UInt64($0) }, for: UInt64(user), unknownIDs: .fallback)
                for (score, bound) in zip(scores, upper) { #expect(Double(score) <= Double(bound) + Double(margin)) }
            }
        }
    }
}
