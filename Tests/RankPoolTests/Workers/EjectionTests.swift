import RankCore
import RankPool
import RankProtocol
import TestSupport
import Testing

/// Workers that fail are set aside, and come back.
@Suite struct EjectionTests {
    static let sick = ErrorReply(status: .internal, message: "broken")
    static let second: Int64 = 1_000_000

    /// Calls one after another; the sick workers fail, the others answer.
    static func run(_ bench: inout Bench, calls: Int, sick: Set<LinkID>) -> [LinkID: Int] {
        var counts: [LinkID: Int] = [:]
        for _ in 0..<calls {
            _ = bench.start([1], deadline: second)
            while let (request, link) = bench.out.popLast() {
                counts[link, default: 0] += 1
                if sick.contains(link) {
                    bench.refuse(request, link, Self.sick)
                } else {
                    bench.deliver(bench.answer(request, link), from: link)
                }
            }
        }
        return counts
    }

    @Test func fiveFailuresInARowSetAWorkerAside() throws {
        var bench = try Bench(workers: 4, configuration: .init(balancing: .roundRobin))
        let sick = bench.links[1]
        let counts = Self.run(&bench, calls: 200, sick: [sick])
        #expect(counts[sick] == 5)
        #expect(bench.state.links[1].health.isEjected(now: bench.now))
        #expect(bench.finished.values.allSatisfy { if case .success = $0 { true } else { false } })
    }

    @Test func anAnswerInBetweenStartsTheCountAnew() {
        var record = WorkerHealthRecord()
        var isDue = false
        for _ in 0..<100 {
            for _ in 0..<4 { isDue = record.failed(now: 0) || isDue }
            record.answered()
        }
        for _ in 0..<4 { isDue = record.failed(now: 0) || isDue }
        #expect(!isDue)
        isDue = record.failed(now: 0)
        #expect(isDue)
    }

    @Test func eachTimeIsLongerAndGoodTimesShortenIt() {
        var record = WorkerHealthRecord()
        var pauses = [record.eject(now: 0) / Self.second]
        #expect(record.isEjected(now: 30 * Self.second - 1))
        #expect(!record.isEjected(now: 30 * Self.second))
        for time in [40, 105, 195 + 3_600] { pauses.append(record.eject(now: Int64(time) * Self.second) / Self.second) }
        #expect(pauses == [30, 60, 90, 30])
    }

    /// Whichever workers fail, at most half of the pool is set aside.
    @Test(arguments: 1...7)
    func neverMoreThanHalfIsSetAside(_ count: Int) throws {
        var bench = try Bench(workers: count, configuration: .init(balancing: .roundRobin))
        for _ in 0..<20 {
            _ = Self.run(&bench, calls: 20, sick: Set(bench.links))
            #expect(bench.state.links.count { $0.health.isEjected(now: bench.now) } <= count / 2)
            bench.advance(to: bench.now + 7 * Self.second)
        }
    }

    @Test func allAreUsedWhenTooFewAreLeft() throws {
        var bench = try Bench(workers: 4, configuration: .init(balancing: .roundRobin))
        let sick: Set = [bench.links[0], bench.links[1]]
        _ = Self.run(&bench, calls: 100, sick: sick)
        #expect(sick.allSatisfy { bench.state.links[$0.index].health.isEjected(now: bench.now) })
        // One of the healthy ones goes: one of three is less than half.
        bench.state.handle(.lost, at: bench.links[3], now: bench.now)
        bench.collect()
        let counts = Self.run(&bench, calls: 30, sick: [])
        #expect(counts == [bench.links[0]: 10, bench.links[1]: 10, bench.links[2]: 10])
    }

    @Test func aWorkerThatAnswersNothingIsSetAside() throws {
        var bench = try Bench(workers: 2, configuration: .init(balancing: .roundRobin))
        let mute = bench.links[0]
        for _ in 0..<10 {
            _ = bench.start([1], deadline: 50_000)
            let (request, link) = bench.out.removeFirst()
            if link != mute { bench.deliver(bench.answer(request, link), from: link) }
            bench.advance(to: bench.now + 60_000)
        }
        #expect(bench.state.links[0].health.isEjected(now: bench.now))
        _ = bench.start([1], deadline: 50_000)
        bench.answerAll()
    }

    @Test func aWorkerThatIsLostWithEachRequestIsSetAside() throws {
        var bench = try Bench(workers: 2, configuration: .init(balancing: .roundRobin))
        let weak = bench.links[1]
        var losses = 0
        for _ in 0..<100 {
            let id = bench.start([1], deadline: Self.second)
            if bench.out[0].link == weak {
                losses += 1
                bench.out = []
                bench.state.handle(.lost, at: weak, now: bench.now)
                bench.collect()
                bench.becomeReady(weak)
            }
            bench.answerAll()
            #expect(bench.scores(id) != nil)
        }
        #expect(losses == 5)
        #expect(bench.state.links[1].health.isEjected(now: bench.now))
    }

    @Test(arguments: [Status.resourceExhausted, .notFound, .invalidArgument])
    func whatWorksAsItShouldIsNotSick(_ status: Status) {
        var bench = Bench(workers: 2)
        for _ in 0..<100 {
            _ = bench.start([1])
            while let (request, link) = bench.out.popLast() {
                bench.refuse(request, link, ErrorReply(status: status, message: "no"))
            }
        }
        #expect(bench.state.links.allSatisfy { !$0.health.isEjected(now: bench.now) })
    }

    @Test func aWorkerThatIsBackGetsItsShareStepByStep() {
        var bench = Bench(workers: 2, areReady: false)
        bench.becomeReady(bench.links[0])
        bench.now = 60 * Self.second
        bench.becomeReady(bench.links[1])
        func share(_ bench: inout Bench) -> Double {
            let before = bench.finished.count
            for _ in 0..<40 { _ = bench.start([UInt64](0..<100), deadline: Self.second) }
            let part = Double(bench.out.count { $0.link == bench.links[1] }) / 40
            bench.answerAll()
            #expect(bench.finished.count == before + 40)
            return part
        }
        let early = share(&bench)
        bench.now += 5 * Self.second
        let later = share(&bench)
        bench.now += 5 * Self.second
        let atLast = share(&bench)
        #expect(early > 0 && early < 0.2, "\(early)")
        #expect(later > early && later < 0.45, "\(later)")
        #expect(atLast > 0.45, "\(atLast)")
    }
}
