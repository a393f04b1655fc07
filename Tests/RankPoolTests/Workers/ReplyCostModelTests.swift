import RankCore
import RankPool
import Testing

/// Costs learned from replies.
@Suite struct ReplyCostModelTests {
    @Test func findsTheLine() {
        var model = ReplyCostModel()
        var random = SplitMix64(seed: 3)
        for _ in 0..<200 {
            let count = Int.random(in: 1...5_000, using: &random)
            let compute = 30 + 0.125 * Double(count)
            model.learn(candidates: count, compute: compute, queue: 70, latency: compute + 70 + 90)
        }
        #expect(abs(model.line.perRequest - 30) < 0.01)
        #expect(abs(model.line.perCandidate - 0.125) < 0.0001)
        #expect(abs(model.roundTrip - 90) < 0.01)
        #expect(abs(model.compute(1_000) - 155) < 0.1)
    }

    @Test func oneSizeIsTakenAsTheCandidates() {
        var model = ReplyCostModel()
        for _ in 0..<50 { model.learn(candidates: 500, compute: 100, queue: 0, latency: 150) }
        #expect(abs(model.compute(1_000) - 200) < 0.01)
    }

    @Test func forgetsWhatAWorkerWas() {
        var model = ReplyCostModel()
        for count in 1...500 { model.learn(candidates: count, compute: Double(count), queue: 0, latency: 0) }
        for count in 1...200 { model.learn(candidates: count, compute: Double(8 * count), queue: 0, latency: 0) }
        #expect(abs(model.line.perCandidate - 8) < 0.1)
    }

    @Test(arguments: 0..<20)
    func isNeverNegativeOrWithoutAValue(_ seed: UInt64) {
        var model = ReplyCostModel()
        var random = SplitMix64(seed: seed)
        for _ in 0..<300 {
            model.learn(
                candidates: .random(in: 0...10, using: &random),
                compute: .random(in: 0...1_000, using: &random),
                queue: .random(in: 0...1_000, using: &random),
                latency: .random(in: 0...1_000, using: &random)
            )
            let cost = model.compute(.random(in: 0...100_000, using: &random))
            #expect(cost.isFinite && cost >= 1)
            #expect(model.roundTrip >= 0)
        }
    }

    @Test func aReportMeltsAndWhatIsInFlightDoesNot() {
        var load = LinkLoad()
        load.reported(1_000, now: 0)
        #expect(load.wait(now: 0) == 1_000)
        #expect(load.wait(now: 400) == 600)
        load.sent(300, now: 400)
        #expect(load.wait(now: 400) == 900)
        #expect(load.wait(now: 5_000) == 300)
        load.landed(300)
        #expect(load.wait(now: 5_000) == 0)
    }
}
