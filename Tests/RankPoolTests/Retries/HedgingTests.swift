import RankCore
import RankPool
import RankProtocol
import TestSupport
import Testing

/// A second worker for what is late.
@Suite struct HedgingTests {
    /// A pool whose answers took 1,000 µs.
    static func warm(workers: Int = 3, calls: Int = 400) throws -> Bench {
        var bench = try Bench(workers: workers, configuration: .init(hedging: .afterPercentile(0.95)))
        for _ in 0..<calls {
            _ = bench.start([1], deadline: 1_000_000)
            bench.now += 1_000
            bench.answerAll()
        }
        bench.finished = [:]
        return bench
    }

    @Test func theDelayIsThe95thPercentile() {
        var policy = HedgePolicy(percentile: 0.95)
        for time in 1...63 { policy.noteAnswer(after: Int64(time)) }
        #expect(policy.delay == nil)
        for _ in 0..<8 { for time in 0..<100 { policy.noteAnswer(after: Int64(time)) } }
        #expect((policy.delay.map { (93...97).contains($0) }) == true)
    }

    @Test
    func everyPercentileIsCountedAsThe95thAlwaysWas() {
        for count in 64...512 { #expect(Int(Double(count) * 0.95) == count * 95 / 100) }
        var policy = HedgePolicy(percentile: 0.5)
        for _ in 0..<8 { for time in 0..<100 { policy.noteAnswer(after: Int64(time)) } }
        #expect((policy.delay.map { (48...52).contains($0) }) == true)
    }

    @Test(arguments: [(0.5, 2), (0.95, 20), (0.99, 100)]
    )
    func noLargerShareIsSentTwiceThanIsLaterThanThePercentile(_ percentile: Double, _ price: Int) {
        var policy = HedgePolicy(percentile: percentile)
        var taken: [Int] = []
        for sending in 1...2 * price {
            policy.noteSending()
            if policy.takeHedge() { taken.append(sending) }
        }
        #expect(taken == [price, 2 * price])
        for _ in 0..<20 * price { policy.noteSending() }
        let hedges = (0..<20).count { _ in policy.takeHedge() }
        #expect(hedges == 10)
    }

    @Test func lateRequestsGoToAnotherWorkerAndTheFirstAnswerCounts() throws {
        var bench = try Self.warm()
        let id = bench.start([1], deadline: 1_000_000)
        let first = bench.out[0]
        bench.advance(to: bench.now + 999)
        #expect(bench.out.count == 1)
        bench.advance(to: bench.now + 1)
        #expect(bench.out.count == 2)
        let second = bench.out[1]
        #expect(second.link != first.link)
        let lateBytes = bench.answer(first.request, first.link)
        bench.deliver(bench.answer(second.request, second.link), from: second.link)
        #expect(bench.scores(id) == [Fake.score(1, 1)])
        #expect(bench.cancelled == [first.request])
        // The bench records a failure if a call ends twice.
        bench.deliver(lateBytes, from: first.link)
        #expect(bench.state.flights.isEmpty)
    }

    @Test func aHedgeThatFailsLeavesTheFirst() throws {
        var bench = try Self.warm()
        let id = bench.start([1], deadline: 1_000_000)
        bench.advance(to: bench.now + 1_000)
        let second = bench.out.removeLast()
        bench.refuse(second.request, second.link, RetryTests.busy())
        #expect(bench.out.count == 1)
        #expect(bench.finished.isEmpty)
        bench.answerAll()
        #expect(bench.scores(id) != nil)
    }

    @Test func aFirstThatFailsLeavesTheHedge() throws {
        var bench = try Self.warm()
        let id = bench.start([1], deadline: 1_000_000)
        bench.advance(to: bench.now + 1_000)
        let first = bench.out.removeFirst()
        bench.state.handle(.lost, at: first.link, now: bench.now)
        bench.collect()
        #expect(bench.out.count == 1)
        bench.answerAll()
        #expect(bench.scores(id) != nil)
    }

    @Test func aWrongRequestIsNotWaitedForTwice() throws {
        var bench = try Self.warm()
        let id = bench.start([1], deadline: 1_000_000)
        bench.advance(to: bench.now + 1_000)
        let first = bench.out[0]
        bench.refuse(
            first.request,
            first.link,
            ErrorReply(status: .notFound, message: "the candidate 1 is unknown to this model")
        )
        #expect(bench.error(id)?.code == .notFound)
        #expect(bench.cancelled == [bench.out[1].request])
    }

    /// Hedges do not hide that a worker answers nothing.
    @Test func aWorkerWhoseRequestsOthersAnswerIsSetAside() throws {
        var bench = try Self.warm()
        let mute = bench.links[0]
        var hedges = 0
        for _ in 0..<200 where !bench.state.links[0].health.isEjected(now: bench.now) {
            let id = bench.start([1], deadline: 1_000_000)
            if bench.out[0].link == mute {
                bench.advance(to: bench.now + 1_000)
                let second = bench.out[1]
                bench.now += 50_000
                bench.deliver(bench.answer(second.request, second.link), from: second.link)
                bench.out = []
                hedges += 1
            }
            bench.answerAll()
            #expect(bench.scores(id) != nil)
        }
        #expect(hedges == 5)
        #expect(bench.state.links[0].health.isEjected(now: bench.now))
    }

    @Test func offByDefault() {
        var bench = Bench(workers: 3)
        for _ in 0..<400 {
            _ = bench.start([1], deadline: 1_000_000)
            bench.now += 1_000
            bench.answerAll()
        }
        _ = bench.start([1], deadline: 1_000_000)
        bench.advance(to: bench.now + 100_000)
        #expect(bench.out.count == 1)
    }

    /// However late everything is, one of twenty is sent twice, and no more.
    @Test func theBudgetHolds() throws {
        var bench = try Self.warm()
        var sendings = 0
        let calls = 4_000
        for _ in 0..<calls {
            _ = bench.start([1], deadline: 10_000_000)
            bench.advance(to: bench.now + 5_000)
            sendings += bench.out.count
            bench.answerAll()
        }
        #expect(sendings > calls)
        #expect(sendings - calls <= (calls + 400) / 20)
    }
}
