import RankCore
import RankPool
import RankProtocol
import TestSupport
import Testing

/// Lists that are split for speed.
@Suite struct FanOutTests {
    /// A worker that has been seen to take 20 µs, `perCandidate` µs per candidate, and 100 µs on the way.
    static func worker(_ perCandidate: Double, wait: Double = 0) -> FanOut.Worker {
        var cost = ReplyCostModel()
        for count in stride(from: 100, through: 5_000, by: 100) {
            let compute = 20 + perCandidate * Double(count)
            cost.learn(candidates: count, compute: compute, queue: 0, latency: compute + 100)
        }
        return FanOut.Worker(wait: wait, cost: cost)
    }

    @Test(arguments: [(1, 1), (100, 1), (500, 1), (2_000, 1), (5_000, 3), (20_000, 4), (100_000, 4)])
    func longListsAreSplit(_ candidates: Int, _ parts: Int) {
        let workers = [FanOut.Worker](repeating: Self.worker(0.1), count: 4)
        #expect(FanOut.parts(candidates: candidates, workers: workers) == parts)
    }

    @Test func aSlowWorkerGetsNoEqualShare() {
        let workers = [Self.worker(0.1), Self.worker(0.8)]
        #expect(FanOut.parts(candidates: 100_000, workers: workers) == 1)
        #expect(FanOut.parts(candidates: 100_000, workers: workers + [Self.worker(0.1)]) == 2)
    }

    @Test func busyWorkersAreNotWaitedFor() {
        let workers = [Self.worker(0.1), Self.worker(0.1, wait: 50_000)]
        #expect(FanOut.parts(candidates: 20_000, workers: workers) == 1)
        #expect(FanOut.parts(candidates: 2_000_000, workers: workers) == 2)
    }

    @Test func theMachineLearnsItFromReplies() {
        var bench = Bench(workers: 4)
        let list = [UInt64](0..<20_000)
        func parts(perCandidate: Double) -> Int {
            for count in Array(stride(from: 100, through: 3_000, by: 20)) {
                _ = bench.start([UInt64](0..<UInt64(count)), parts: 1, deadline: 1_000_000)
                let (request, link) = bench.out.removeFirst()
                let compute = UInt32(20 + perCandidate * Double(count))
                bench.now += Int64(compute) + 100
                bench.deliver(
                    bench.answer(request, link, timings: ScoreTimings(computeMicroseconds: compute)),
                    from: link
                )
            }
            let id = bench.start(list, deadline: 1_000_000)
            let parts = bench.out.count
            bench.answerAll()
            #expect(bench.scores(id) == list.map { Fake.score(1, $0) })
            return parts
        }
        #expect(parts(perCandidate: 0.2) >= 3)
        #expect(parts(perCandidate: 0.001) == 1)
    }
}
