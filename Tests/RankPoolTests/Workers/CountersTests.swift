import RankPool
import RankProtocol
import TestSupport
import Testing

/// The counts of a pool.
@Suite struct CountersTests {
    @Test func answersAtTheFirstAttemptAreRequestsAlone() {
        var bench = Bench(workers: 2)
        for _ in 0..<10 { _ = bench.start([1], deadline: 1_000_000) }
        bench.answerAll()
        var expected = PoolCounters()
        expected.requests = 10
        #expect(bench.state.counters == expected)
    }

    @Test func aRefusalAndALostConnectionSendAgain() {
        var bench = Bench(workers: 3)
        let id = bench.start([1], deadline: 1_000_000)
        let (request, link) = bench.out.removeFirst()
        bench.refuse(request, link, RetryTests.busy())
        let second = bench.out.removeFirst()
        bench.state.handle(.lost, at: second.link, now: bench.now)
        bench.collect()
        bench.answerAll()
        #expect(bench.scores(id) != nil)
        #expect(bench.state.counters.requests == 3)
        #expect(bench.state.counters.retries == 2)
        #expect(bench.state.counters.lostConnections == 1)
        #expect(bench.state.counters.hedges == 0)
    }

    @Test func aRequestThatTheSocketDidNotTakeWasNotSent() {
        var bench = Bench(workers: 1)
        _ = bench.start([1], deadline: 1_000_000)
        let (request, _) = bench.out.removeFirst()
        bench.state.blocked(request, now: bench.now)
        #expect(bench.state.counters == PoolCounters())
        bench.advance(to: 2_000)
        bench.answerAll()
        #expect(bench.state.counters.requests == 1)
        #expect(bench.state.counters.retries == 0)
    }

    @Test func hedgesAreNoRetries() throws {
        var bench = try HedgingTests.warm()
        let before = bench.state.counters
        _ = bench.start([1], deadline: 1_000_000)
        bench.advance(to: bench.now + 1_000)
        bench.answerAll()
        let counted = bench.state.counters.since(before)
        #expect(counted.requests == 2)
        #expect(counted.hedges == 1)
        #expect(counted.retries == 0)
    }

    @Test func eachTimeThatAWorkerIsSetAsideCounts() throws {
        var bench = try Bench(workers: 4, configuration: .init(balancing: .roundRobin))
        _ = EjectionTests.run(&bench, calls: 200, sick: [bench.links[1]])
        #expect(bench.state.counters.ejections == 1)
        #expect(bench.state.counters.retries == 5)
        #expect(bench.state.counters.requests == 205)
    }
}
