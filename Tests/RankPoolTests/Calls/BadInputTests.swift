import RankCore
import RankPool
import RankProtocol
import RankSystem
import TestSupport
import Testing
import ZMQ

/// Mistakes of callers, workers and systems: each has its code and its text, and other calls are not affected.
@Suite struct BadInputTests {
    @Test(arguments: [0, -1, Int64.min / 2])
    func aCallWithoutTimeIsNotSent(_ deadline: Int64) {
        var bench = Bench(workers: 1)
        let id = bench.start([1], deadline: deadline)
        #expect(bench.error(id)?.code == .deadlineExceeded)
        #expect(bench.error(id)?.message.contains("no time is left") == true)
        let question = CallID(900)
        bench.state.start(question, .control(.health, bench.links[0]), deadline: 0, allotted: .zero, now: 0)
        bench.collect()
        #expect(bench.error(question)?.code == .deadlineExceeded)
        #expect(bench.out.isEmpty && bench.cancelled.isEmpty)
        #expect(bench.state.calls.isEmpty && bench.state.nextTick == nil)
    }

    @Test func whenAllWorkersLeaveEachIsAskedOnce() {
        var bench = Bench(workers: 3)
        let id = bench.start([1])
        var asked: [LinkID] = []
        while let (request, link) = bench.out.popLast() {
            asked.append(link)
            bench.refuse(request, link, ErrorReply(status: .unavailable, message: "leaving"), flags: .draining)
        }
        #expect(Set(asked) == Set(bench.links) && asked.count == 3)
        #expect(bench.error(id)?.code == .unavailable)
        #expect(bench.error(id)?.message.contains("no other worker is ready") == true)
        #expect(bench.error(id)?.causes.count == 3)
        // No worker had begun: the budget is untouched.
        #expect(bench.state.budget.tokens == 10)
    }

    @Test func whoIsSetAsideServesWhenNobodyElseIsLeft() throws {
        var bench = try Bench(workers: 2, configuration: .init(balancing: .roundRobin))
        _ = EjectionTests.run(&bench, calls: 20, sick: [bench.links[0]])
        #expect(bench.state.links[0].health.isEjected(now: bench.now))
        bench.state.handle(.lost, at: bench.links[1], now: bench.now)
        bench.collect()
        let id = bench.start([1])
        bench.answerAll()
        #expect(bench.scores(id) != nil)
    }

    /// Deadlines are on a clock that does not jump; a machine that was suspended wakes up hours later, and even a clock
    /// that goes back ends every call.
    @Test(arguments: 0..<20)
    func clockSteps(_ seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var bench = try Bench(
            workers: 3,
            configuration: .init(hedging: seed % 2 == 0 ? .afterPercentile(0.95) : .off),
            seed: seed
        )
        var started = 0
        for _ in 0..<300 {
            switch Int.random(in: 0..<12, using: &random) {
            case 0: bench.wake(at: bench.now + .random(in: 0...86_400_000_000, using: &random))
            case 1: bench.wake(at: max(0, bench.now - .random(in: 0...3_600_000_000, using: &random)))
            case 2..<6:
                _ = bench.start([1, 2, 3], parts: .random(in: 1...3, using: &random), deadline: 5_000)
                started += 1
            default:
                guard !bench.out.isEmpty else { continue }
                let (request, link) = bench.out.remove(at: .random(in: bench.out.indices, using: &random))
                let bytes = bench.answer(request, link)
                if !bytes.isEmpty { bench.deliver(bytes, from: link) }
            }
        }
        bench.wake(at: 100 * 86_400_000_000)
        bench.advance(to: bench.now + 60_000_000)
        #expect(bench.finished.count == started)
        #expect(bench.state.flights.isEmpty && bench.state.calls.isEmpty)
    }

    @Test func aSocketThatCannotBeMadeIsTriedAgain() {
        var bench = Bench(workers: 1, areReady: false)
        let link = bench.links[0]
        let id = bench.start([1])
        bench.state.handle(.unopened(reason: "too many open files"), at: link, now: 0)
        bench.collect()
        #expect(bench.error(id)?.code == .resourceExhausted)
        #expect(bench.error(id)?.message.contains("ulimit -n") == true)
        bench.advance(to: 999_999)
        #expect(bench.opened.isEmpty)
        #expect(bench.state.nextTick == 1_000_000)
        bench.advance(to: 1_000_000)
        #expect(bench.opened == [link])
        #expect(bench.state.nextTick == nil)
        bench.state.handle(.unopened(reason: "too many open files"), at: link, now: bench.now)
        bench.advance(to: 2_000_000)
        #expect(bench.opened == [link, link])
        bench.state.handle(.resolved, at: link, now: bench.now)
        bench.becomeReady(link)
        let next = bench.start([1])
        bench.answerAll()
        #expect(bench.scores(next) != nil)
    }

    /// One worker's nonsense must not cut the lists of all.
    @Test(arguments: ["max_candidates", "max_queries", "max_message_bytes"], ["0", "-1", "-9223372036854775808"])
    func aWorkerWhoseLimitsMakeNoSenseIsNotUsed(_ key: String, _ value: String) {
        var bench = Bench(workers: 2, areReady: false)
        bench.becomeReady(bench.links[0])
        let mad = bench.links[1]
        bench.state.handle(.connected, at: mad, now: 0)
        for case .send(let request, _) in bench.state.actions {
            var writer = FrameWriter()
            writer.encodePairsReply(bench.header(request, mad, .info), pairs: [InfoPair(key, value)])
            bench.state.actions = []
            bench.deliver(writer.array, from: mad)
        }
        #expect(bench.state.links[1].condition == .failed)
        #expect(bench.state.links[1].failure?.reason.contains("\(key) 0") == true)
        let id = bench.start([UInt64](0..<100))
        bench.answerAll()
        #expect(bench.scores(id)?.count == 100)
    }

    @Test func aReplyThatNobodyAskedForIsIgnored() {
        var bench = Bench(workers: 1)
        let id = bench.start([1], deadline: 500)
        let (request, link) = bench.out[0]
        let right = bench.answer(request, link)
        var wrong = right
        wrong[8] ^= 0xff
        for _ in 0..<3 { bench.deliver(wrong, from: link) }
        #expect(bench.finished.isEmpty)
        bench.deliver(right, from: link)
        bench.deliver(right, from: link)
        #expect(bench.scores(id) == [Fake.score(1, 1)])
        #expect(bench.state.flights.isEmpty && bench.state.links[0].inFlight.isEmpty)
    }

    /// Parts under two profiles are never one list: the other one is asked for again, and if that does not help, the
    /// call fails.
    @Test func aReplyUnderAnotherProfileIsNotMixedIn() {
        var bench = Bench(workers: 1)
        let id = bench.start([1, 2], parts: 2)
        for (index, (request, link)) in bench.out.enumerated() {
            var bytes = bench.answer(request, link)
            if index == 1 { bytes[42] = 2 }
            bench.deliver(bytes, from: link)
        }
        #expect(bench.finished.isEmpty)
        let (request, link) = bench.out[2]
        var again = bench.answer(request, link)
        again[42] = 2
        bench.deliver(again, from: link)
        #expect(bench.error(id)?.code == .internal)
        #expect(bench.error(id)?.message.contains("malformed") == true)
    }

    /// A worker's text moves no cursor and forges no line.
    @Test func errorsHoldNoControlCharacters() {
        var bench = Bench(workers: 1)
        let id = bench.start([1])
        let (request, link) = bench.out[0]
        bench.refuse(request, link, ErrorReply(status: .notFound, message: "no\u{1B}[2J\nerror: forged"))
        #expect(bench.error(id)?.message.contains("no\u{FFFD}[2J\u{FFFD}error: forged") == true)
        let cause = PoolError.Cause(endpoint: "a", reason: "\u{7}" + String(repeating: "x", count: 5_000))
        #expect(cause.reason.hasPrefix("\u{FFFD}xx") && cause.reason.count < 1_010)
    }

    @Test func hundredsOfCausesAreALine() {
        let causes = (0..<300).map { PoolError.Cause(endpoint: "tcp://w\($0)", reason: "refused") }
        let same = PoolError(.unavailable, "no worker", causes: causes).description
        #expect(same == "UNAVAILABLE: no worker [tcp://w0, tcp://w1, tcp://w2 and 297 more: refused]")
        let different = (0..<300).map { PoolError.Cause(endpoint: "tcp://w\($0)", reason: "reason \($0)") }
        let others = PoolError(.unavailable, "no worker", causes: different).description
        #expect(others.hasSuffix("; tcp://w7: reason 7; and 292 more for other reasons]"))
    }

    @Test func aPipeIsNoFileOfEndpoints() throws {
        let path = try TemporaryDirectory().file("pipe")
        try #require(mkfifo(path, 0o600) == 0)
        for path in [path, "/tmp", "/dev/zero"] {
            let error = #expect(throws: PoolError.self) { try EndpointFile.read(path) }
            #expect(error?.code == .invalidArgument)
            #expect(error?.message.contains("\(path) is no regular file") == true)
        }
    }
}
