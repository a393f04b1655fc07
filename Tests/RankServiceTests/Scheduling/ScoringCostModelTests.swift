import RankEngine
import RankService
import Testing

@Suite("ScoringCostModel")
struct ScoringCostModelTests {
    /// A source of numbers that is the same in each run.
    struct Numbers {
        var state: UInt64

        mutating func next(below limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % limit
        }
    }

    static let truths: [(perRequest: Double, perCandidate: Double)] = [
        (3_000, 120), (3_000, 2), (40_000, 4_000), (1_000, 15), (5_000, 500),
    ]

    @Test
    func aRankersHintIsWhereTheEstimateBeginsWithinWhatIsPossible() {
        let plain = ScoringCostModel()
        let unknown = ScoringCostModel(hint: ScoringCost())
        #expect(unknown.perRequest == plain.perRequest && unknown.perCandidate == plain.perCandidate)
        let hinted = ScoringCostModel(hint: ScoringCost(perRequest: 40_000, perCandidate: 50_000))
        #expect(hinted.perRequest == plain.perRequest + 40_000 && hinted.perCandidate == 50_000)
        // Lists of what takes long are cut from the first request on.
        #expect(hinted.sliceLength == 16)
        // A ranker of hundreds at a time is not asked for fewer.
        #expect(ScoringCostModel(hint: ScoringCost(perCandidate: 50_000, sliceLength: 512)).sliceLength == 512)
        let absurd = ScoringCostModel(hint: ScoringCost(perRequest: 1e12, perCandidate: 1e-9))
        #expect(absurd.perRequest == 1e9 && absurd.perCandidate == 0.05)
    }

    @Test(arguments: truths)
    func bothPartsAreFoundFromListsOfMixedLengths(perRequest: Double, perCandidate: Double) {
        var costs = ScoringCostModel()
        var numbers = Numbers(state: 1)
        for _ in 0..<4_000 {
            let candidates = numbers.next(below: 4) == 0 ? numbers.next(below: 16) : numbers.next(below: 3_000)
            let time = perRequest + perCandidate * Double(candidates)
            costs.learn(candidates: candidates, requests: 1, nanoseconds: UInt64(time))
        }
        for candidates in [1, 100, 500, 3_000] {
            let truth = perRequest + perCandidate * Double(candidates)
            let estimate = Double(costs.cost(candidates: candidates))
            #expect(abs(estimate - truth) < 0.1 * truth, "\(candidates): \(estimate), \(truth)")
        }
    }

    @Test(arguments: truths)
    func aHundredListsOfOneLengthAreEnoughToKnowWhatTheNextOneCosts(perRequest: Double, perCandidate: Double) {
        var costs = ScoringCostModel()
        let truth = perRequest + perCandidate * 500
        for _ in 0..<100 { costs.learn(candidates: 500, requests: 1, nanoseconds: UInt64(truth)) }
        #expect(abs(Double(costs.cost(candidates: 500)) - truth) < 0.05 * truth)
    }

    @Test
    func itFollowsWhenCostsRiseTenfold() {
        var costs = ScoringCostModel(perRequest: 3_000, perCandidate: 100)
        for _ in 0..<100 { costs.learn(candidates: 1_000, requests: 1, nanoseconds: 1_003_000) }
        #expect(abs(Double(costs.cost(candidates: 1_000)) - 1_003_000) < 50_000)
    }

    @Test
    func oneStepThatWasHeldUpForASecondChangesTheEstimateByAnEighth() {
        var costs = ScoringCostModel(perRequest: 3_000, perCandidate: 100)
        costs.learn(candidates: 1_000, requests: 1, nanoseconds: 1_000_000_000)
        #expect(costs.cost(candidates: 1_000) <= 103_000 * 9 / 8 + 1)
    }

    @Test
    func aSliceHas200MicrosecondsOfCandidatesWithinItsBounds() {
        #expect(ScoringCostModel(perCandidate: 100).sliceLength == 2_000)
        #expect(ScoringCostModel(perCandidate: 1_000_000).sliceLength == 16)
        #expect(ScoringCostModel(perCandidate: 0.1).sliceLength == 16_384)
    }

    @Test
    func nothingThatIsMeasuredMakesACostNegativeOrEndless() {
        var costs = ScoringCostModel()
        for _ in 0..<10_000 { costs.learn(candidates: 1, requests: 0.5, nanoseconds: 0) }
        #expect(costs.perRequest > 0 && costs.perCandidate > 0)
        for _ in 0..<10_000 { costs.learn(candidates: .max, requests: 1, nanoseconds: .max) }
        #expect(costs.perRequest.isFinite && costs.perCandidate.isFinite)
        #expect(costs.cost(candidates: .max) <= 1_000_000_000_000_000)
    }
}
