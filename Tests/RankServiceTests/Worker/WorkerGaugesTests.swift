import RankCore
import RankProtocol
import RankService
import RankSystem
import TestSupport
import Testing
import ZMQ

@Suite("WorkerGauges", .timeLimit(.minutes(5)))
struct WorkerGaugesTests {
    @Test
    func countersAndGaugesAgreeWithTheRequestsSentAndTheThreadTicksWhileIdle() throws {
        let worker = try Worker.test()
        let client = try TestClient(.dealer, at: worker.endpoints[0])
        for _ in 0..<3 { _ = try client.reply(to: Requests.score(candidates: [1, 2])) }
        _ = try client.reply(to: [1])
        let first = worker.gauges.snapshot
        // Two ticks of an idle worker.
        let latest = try eventuallyBlocking("the idle worker ticks") {
            worker.gauges.snapshot
        } until: {
            $0.lastTick >= first.lastTick + 500_000_000
        }
        let counters = worker.counters
        #expect(counters[.requests] == 4 && counters[.replies] == 4)
        #expect(counters[.errors] == 1 && counters[.candidates] == 6)
        #expect(latest.queueDepth == 0 && latest.backlogMicroseconds == 0)
        #expect(latest.busyNanoseconds > 0)
        let ratio = latest.busyRatio(since: first)
        #expect(ratio >= 0 && ratio < 1)
        #expect(first.busyRatio(since: latest) == 0)
        try worker.finish()
    }
}
