import RankCore
import RankPool
import RankProtocol
import TestSupport
import Testing

/// Retries: which parts are sent again, when, to which worker, and when no more.
@Suite struct RetryTests {
    static func busy(_ retryAfter: UInt32 = 0) -> ErrorReply {
        ErrorReply(status: .resourceExhausted, message: "overloaded", retryAfterMicroseconds: retryAfter)
    }

    @Test func theBudgetIsThatOfTheDocument() {
        var budget = RetryBudget()
        #expect(budget.tokens == 10)
        for _ in 0..<4 { budget.noteFailure() }
        #expect(budget.allowsRetries)
        budget.noteFailure()
        #expect(!budget.allowsRetries)
        for _ in 0..<10 { budget.noteFailure() }
        #expect(budget.tokens == 0)
        for _ in 0..<50 { budget.noteAnswer() }
        #expect(!budget.allowsRetries)
        budget.noteAnswer()
        #expect(budget.allowsRetries)
        for _ in 0..<1_000 { budget.noteAnswer() }
        #expect(budget.tokens == 10)
    }

    @Test func anotherWorkerComesFirst() {
        var bench = Bench(workers: 2)
        let id = bench.start([1], deadline: 100_000)
        let (request, link) = bench.out.removeFirst()
        bench.refuse(request, link, Self.busy(50_000))
        #expect(bench.out.map(\.link) == [bench.links[1 - link.index]])
        bench.answerAll()
        #expect(bench.scores(id) != nil)
    }

    @Test func theOnlyWorkerGetsItAgainAfterTheTimeItNames() {
        var bench = Bench(workers: 1)
        let id = bench.start([1], deadline: 100_000)
        let (request, link) = bench.out.removeFirst()
        bench.refuse(request, link, Self.busy(30_000))
        bench.advance(to: 29_999)
        #expect(bench.out.isEmpty)
        bench.advance(to: 37_501)
        #expect(bench.out.count == 1)
        bench.answerAll()
        #expect(bench.scores(id) != nil)
    }

    @Test func noRetryIsPlannedForAfterTheDeadline() {
        var bench = Bench(workers: 1)
        let id = bench.start([1], deadline: 20_000)
        let (request, link) = bench.out.removeFirst()
        bench.refuse(request, link, Self.busy(30_000))
        // At once, with the advice, rather than at the deadline.
        #expect(bench.error(id)?.code == .resourceExhausted)
        #expect(bench.error(id)?.retryAfter == .microseconds(30_000))
        #expect(bench.error(id)?.message.contains("deadline") == true)
    }

    @Test func attemptsAreBoundedAtOneWorker() throws {
        var bench = try Bench(workers: 1, configuration: .init(attempts: 3))
        let id = bench.start([1], deadline: 1_000_000)
        var sendings = 0
        while let (request, link) = bench.out.popLast() {
            sendings += 1
            bench.refuse(request, link, Self.busy())
            bench.advance(to: bench.now + 20_000)
        }
        #expect(sendings == 3)
        #expect(bench.error(id)?.code == .resourceExhausted)
    }

    /// Every worker refuses everything: what is sent is bounded by the calls and the bucket.
    @Test(arguments: [0, 1, 2])
    func aStormOfRetriesIsBounded(_ seed: UInt64) {
        var bench = Bench(workers: 4, seed: seed)
        var sendings = 0
        let calls = 2_000
        for _ in 0..<calls {
            _ = bench.start([1], deadline: 1_000_000)
            while let (request, link) = bench.out.popLast() {
                sendings += 1
                bench.refuse(request, link, Self.busy())
            }
        }
        #expect(bench.finished.count == calls)
        #expect(sendings > calls)
        #expect(sendings <= calls + 5)
    }

    /// A tenth of the requests fails for good: retries stay within the tenth that answers give back.
    @Test func retriesFollowTheAnswers() {
        var bench = Bench(workers: 4)
        var sendings = 0
        for number in 0..<5_000 {
            _ = bench.start([1], deadline: 1_000_000)
            let fails = number % 2 == 0
            while let (request, link) = bench.out.popLast() {
                sendings += 1
                if fails {
                    bench.refuse(request, link, Self.busy())
                } else {
                    bench.deliver(bench.answer(request, link), from: link)
                }
            }
        }
        #expect(sendings - 5_000 <= 5 + 2_500 / 10)
    }

    @Test func aWorkerThatLeavesCostsNoTokens() {
        var bench = Bench(workers: 2)
        var ids: [CallID] = []
        for _ in 0..<40 { ids.append(bench.start([1])) }
        let leaving = bench.links[0]
        let there = bench.out.filter { $0.link == leaving }
        #expect(there.count > 5)
        bench.out.removeAll { $0.link == leaving }
        for (request, link) in there {
            let error = ErrorReply(status: .unavailable, message: "draining")
            bench.refuse(request, link, error, flags: .draining)
        }
        #expect(bench.out.count == 40)
        #expect(bench.out.allSatisfy { $0.link != leaving })
        bench.answerAll()
        #expect(ids.allSatisfy { bench.scores($0) != nil })
    }

    @Test func aLostConnectionCostsOneToken() {
        var bench = Bench(workers: 2)
        let ids = (0..<40).map { _ in bench.start([1]) }
        bench.state.handle(.lost, at: bench.links[0], now: 0)
        bench.collect()
        #expect(bench.state.budget.tokens == 9)
        bench.answerAll()
        #expect(ids.allSatisfy { bench.scores($0) != nil })
    }
}
