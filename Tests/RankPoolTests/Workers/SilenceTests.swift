import RankCore
import RankPool
import RankProtocol
import TestSupport
import Testing

/// Workers that stand still while their connections stand.
@Suite struct SilenceTests {
    private static let second: Int64 = 1_000_000

    /// A pool whose answers took 1,000 µs, and whose first worker stands still from now on.
    private static func frozen(workers: Int = 2, configuration: RankPool.Configuration? = nil) throws -> Bench {
        var bench = try Bench(workers: workers, configuration: configuration ?? .init(balancing: .roundRobin))
        for _ in 0..<100 {
            _ = bench.start([1], deadline: second)
            bench.now += 1_000
            bench.answerAll()
        }
        bench.finished = [:]
        bench.mute = [bench.links[0]]
        return bench
    }

    /// Lets the workers answer that do not stand still.
    private static func answer(_ bench: inout Bench) {
        let sent = bench.out
        bench.out = sent.filter { bench.mute.contains($0.link) }
        for (request, link) in sent where !bench.mute.contains(link) {
            let bytes = bench.answer(request, link)
            if !bytes.isEmpty { bench.deliver(bytes, from: link) }
        }
    }

    /// Makes calls at a steady rate (one in `gap` µs); workers that are not frozen answer each at once.
    private static func load(_ bench: inout Bench, calls: Int, every gap: Int64, deadline: Int64) -> [CallID] {
        (0..<calls).map { _ in
            let id = bench.start([1], deadline: deadline)
            answer(&bench)
            bench.advance(to: bench.now + gap)
            answer(&bench)
            return id
        }
    }

    @Test(arguments: [Balancing.powerOfTwoChoices, .roundRobin, .rendezvous])
    func noCallIsLostAtAWorkerThatStandsStill(_ balancing: Balancing) throws {
        var bench = try Self.frozen(configuration: .init(balancing: balancing))
        let before = bench.state.counters
        // 5 s of 300 calls a second, each with the default deadline.
        let calls = Self.load(&bench, calls: 1_500, every: 3_333, deadline: 250_000)
        #expect(calls.allSatisfy { bench.scores($0) == [Fake.score(1, 1)] })
        let counted = bench.state.counters.since(before)
        #expect(counted.silences <= 1)
        // The worker got requests until it was found silent, and none afterwards.
        #expect(counted.retries <= 10)
        #expect(!bench.state.links[0].health.isEjected(now: bench.now))
    }

    @Test func everythingThatWasInFlightGoesToOthers() throws {
        var bench = try Self.frozen(workers: 3)
        let calls = (0..<90).map { _ in bench.start([1], deadline: Self.second) }
        Self.answer(&bench)
        #expect(bench.out.count == 30)
        bench.advance(to: bench.now + 50_000)
        #expect(bench.out.count == 60)
        Self.answer(&bench)
        #expect(calls.allSatisfy { bench.scores($0) != nil })
        // The worker has been told that the answer is no longer wanted.
        #expect(Set(bench.cancelled) == Set(bench.out.map(\.request)))
        #expect(bench.state.counters.silences == 1)
    }

    /// The thread that scores answers INFO between two slices of a list.
    @Test func aWorkerThatScoresALongListIsNotSilent() throws {
        var bench = try Self.frozen()
        bench.mute = []
        let id = bench.start([1], deadline: 10 * Self.second)
        bench.advance(to: bench.now + 5 * Self.second)
        #expect(bench.out.count == 1)
        #expect(bench.state.counters.silences == 0)
        bench.answerAll()
        #expect(bench.scores(id) != nil)
    }

    @Test func anySignEndsTheSilence() throws {
        var bench = try Self.frozen()
        _ = Self.load(&bench, calls: 20, every: 3_000, deadline: Self.second)
        #expect(bench.state.links[0].silence.isSilent)
        let sent = bench.out.count
        _ = Self.load(&bench, calls: 20, every: 3_000, deadline: Self.second)
        #expect(bench.out.count == sent)
        bench.mute = []
        let asked = try #require(bench.unsaid.first)
        bench.say(asked.request, asked.link)
        #expect(!bench.state.links[0].silence.isSilent)
        bench.out = []
        for _ in 0..<10 { _ = bench.start([1], deadline: Self.second) }
        #expect(bench.out.count { $0.link == bench.links[0] } == 5)
        bench.answerAll()
    }

    @Test func whatNoOtherHasRoomForWaitsUntilOneHas() throws {
        let window = try CreditWindow(requests: 4, scoring: nil)
        var bench = try Self.frozen(configuration: .init(balancing: .roundRobin, window: window))
        let calls = (0..<8).map { _ in bench.start([1], deadline: 10 * Self.second) }
        bench.mute = Set(bench.links)
        bench.mute.remove(bench.links[1])
        bench.advance(to: bench.now + 100_000)
        #expect(bench.out.count == 8)
        for _ in 0..<3 {
            Self.answer(&bench)
            bench.advance(to: bench.now + 10_000)
        }
        #expect(calls.allSatisfy { bench.scores($0) != nil })
    }

    @Test func oneAttemptIsOneAttempt() throws {
        var bench = try Self.frozen(configuration: .init(attempts: 1, balancing: .roundRobin))
        let calls = (0..<2).map { _ in bench.start([1], deadline: 250_000) }
        Self.answer(&bench)
        bench.advance(to: bench.now + 300_000)
        #expect(calls.count { bench.error($0)?.code == .deadlineExceeded } == 1)
        #expect(bench.state.counters.retries == 0)
    }

    /// Of three workers two stand still: a list goes to each in turn, at most `attempts` times.
    @Test func aListThatMeetsTwoSilentWorkersIsAnsweredByTheThird() throws {
        var bench = try Self.frozen(workers: 3)
        bench.mute = [bench.links[0], bench.links[1]]
        let calls = Self.load(&bench, calls: 100, every: 3_333, deadline: 250_000)
        bench.advance(to: bench.now + 100_000)
        Self.answer(&bench)
        #expect(calls.allSatisfy { bench.scores($0) != nil })
        #expect(bench.state.counters.silences == 2)
    }

    /// If everything fails, silence does not multiply the load.
    @Test func anEmptyBudgetSendsNothingAgain() throws {
        var bench = try Self.frozen(workers: 4)
        bench.mute = []
        for _ in 0..<10 {
            _ = bench.start([1], deadline: Self.second)
            while let (request, link) = bench.out.popLast() { bench.refuse(request, link, EjectionTests.sick) }
        }
        #expect(!bench.state.budget.allowsRetries)
        bench.mute = Set(bench.links)
        let before = bench.state.counters
        for _ in 0..<8 { _ = bench.start([1], deadline: Self.second) }
        bench.advance(to: bench.now + 500_000)
        #expect(bench.state.counters.since(before).retries == 0)
    }

    @Test func theOnlyWorkerIsAskedAndStillUsed() throws {
        var bench = try Self.frozen(workers: 1)
        let id = bench.start([1], deadline: 250_000)
        bench.advance(to: bench.now + 100_000)
        #expect(bench.out.count == 1)
        #expect(bench.state.links[0].silence.isSilent)
        bench.advance(to: bench.now + 200_000)
        #expect(bench.error(id)?.code == .deadlineExceeded)
        _ = bench.start([1], deadline: 250_000)
        #expect(bench.out.count == 2)
    }

    /// The only worker that speaks is not set aside for its failures: all would go to the silent one.
    @Test func theOneThatSpeaksIsNotSetAside() throws {
        var bench = try Self.frozen()
        _ = Self.load(&bench, calls: 20, every: 3_000, deadline: Self.second)
        #expect(bench.state.links[0].silence.isSilent)
        for _ in 0..<6 {
            _ = bench.start([1], deadline: Self.second)
            while let place = bench.out.lastIndex(where: { $0.link == bench.links[1] }) {
                let (request, link) = bench.out.remove(at: place)
                bench.refuse(request, link, EjectionTests.sick)
            }
        }
        #expect(!bench.state.links[1].health.isEjected(now: bench.now))
        let calls = Self.load(&bench, calls: 20, every: 3_000, deadline: Self.second)
        #expect(calls.allSatisfy { bench.scores($0) != nil })
    }

    /// A worker was set aside before the other one stood still: it is used again, also for what the other one has.
    @Test func whatIsSetAsideIsUsedWhereTheOthersAreSilent() throws {
        var bench = try Self.frozen()
        bench.mute = []
        for _ in 0..<12 {
            _ = bench.start([1], deadline: Self.second)
            while let (request, link) = bench.out.popLast() {
                if link == bench.links[1] {
                    bench.refuse(request, link, EjectionTests.sick)
                } else {
                    bench.deliver(bench.answer(request, link), from: link)
                }
            }
        }
        #expect(bench.state.links[1].health.isEjected(now: bench.now))
        for _ in 0..<100 {
            _ = bench.start([1], deadline: Self.second)
            bench.answerAll()
        }
        bench.mute = [bench.links[0]]
        let calls = Self.load(&bench, calls: 50, every: 3_000, deadline: 250_000)
        #expect(bench.state.links[0].silence.isSilent)
        #expect(calls.allSatisfy { bench.scores($0) != nil })
    }

    /// Requests of a silent worker beyond the budget are sent again as answers refill the budget.
    @Test func theBudgetIsAskedAgain() throws {
        var bench = try Self.frozen(configuration: .init(balancing: .roundRobin, window: .unlimited))
        _ = (0..<2_000).map { _ in bench.start([1], deadline: 100 * Self.second) }
        Self.answer(&bench)
        bench.advance(to: bench.now + Self.second)
        let counted = bench.state.counters.retries
        #expect(counted > 0 && counted < 1_000)
        _ = Self.load(&bench, calls: 100, every: 1_000, deadline: Self.second)
        #expect(bench.state.counters.retries > counted)
    }

    /// Workers stand still and go on, with hedges, partial answers, cancelled calls, and replies that come late, for a
    /// list that was handed on, too: each call ends once, with its scores where it has any, and nothing is left over.
    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func whateverStandsStillEachCallEndsOnce(_ seed: UInt64) throws {
        var bench = try Bench(
            workers: 3,
            configuration: .init(attempts: 3, hedging: .afterPercentile(0.95)),
            seed: seed
        )
        var random = SplitMix64(seed: seed)
        var replies: [(link: LinkID, bytes: [UInt8])] = []
        var expected: [CallID: [Float]] = [:]
        func work(_ bench: inout Bench) {
            for (request, link) in bench.out { replies.append((link, bench.answer(request, link))) }
            bench.out = []
        }
        for _ in 0..<2_000 {
            switch Int.random(in: 0..<100, using: &random) {
            case 0..<40:
                let ids: [UInt64] = Array(1...UInt64.random(in: 1...3, using: &random))
                let id = bench.start(
                    ids,
                    parts: Bool.random(using: &random) ? 2 : nil,
                    deadline: Int64.random(in: 20_000...300_000, using: &random),
                    flags: Bool.random(using: &random) ? .allowPartial : []
                )
                expected[id] = ids.map { Fake.score(1, $0) }
            case 40..<90:
                let place = replies.indices.randomElement(using: &random)
                guard let place, !bench.mute.contains(replies[place].link) else { break }
                let (link, bytes) = replies.remove(at: place)
                if !bytes.isEmpty { bench.deliver(bytes, from: link) }
            case 90..<93:
                bench.mute.formSymmetricDifference([bench.links[Int.random(in: 0..<3, using: &random)]])
            case 93..<95:
                bench.state.cancel(CallID(UInt64.random(in: 1...max(1, bench.calls), using: &random)))
                bench.collect()
            default: bench.advance(to: bench.now + Int64.random(in: 0...20_000, using: &random))
            }
            work(&bench)
        }
        bench.mute = []
        for (request, link) in bench.unsaid { bench.say(request, link) }
        work(&bench)
        for (link, bytes) in replies where !bytes.isEmpty { bench.deliver(bytes, from: link) }
        bench.advance(to: bench.now + Self.second)
        #expect(bench.finished.count == Int(bench.calls))
        #expect(bench.state.flights.isEmpty && bench.state.calls.isEmpty)
        for link in bench.state.links {
            #expect(link.inFlight.isEmpty)
            #expect(abs(link.load.inFlight) < 1)
        }
        var answered = 0
        for (id, scores) in expected {
            guard let found = bench.scores(id), case .success(.score(let outcome))? = bench.finished[id] else {
                continue
            }
            answered += 1
            if outcome.queries[0].coverage == 1 { #expect(found == scores) }
        }
        #expect(answered > 0)
    }
}
