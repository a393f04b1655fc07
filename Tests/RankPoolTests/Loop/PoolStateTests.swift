import RankCore
import RankPool
import RankProtocol
import TestSupport
import Testing
import ZMQ

/// The machine by itself: time, connections and replies are made up.
@Suite struct PoolStateTests {
    @Test func aCallEndsAtItsDeadlineAndNotBefore() {
        var bench = Bench(workers: 1)
        let id = bench.start([1, 2], deadline: 500)
        #expect(bench.state.nextTick == 500)
        bench.now = 499
        bench.state.tick(now: bench.now)
        bench.collect()
        #expect(bench.finished.isEmpty)
        bench.now = 500
        bench.state.tick(now: bench.now)
        bench.collect()
        #expect(bench.error(id)?.code == .deadlineExceeded)
        #expect(bench.cancelled == bench.out.map(\.request))
        #expect(bench.state.nextTick == nil)
    }

    @Test(arguments: [(1_000_000, 990_000), (8_000, 6_000), (3, 3), (1, 1)] as [(Int64, UInt32)])
    func aPartialAnswerGetsTimeForItsWay(_ deadline: Int64, _ atWorker: UInt32) {
        var bench = Bench(workers: 1)
        let whole = bench.start([1], deadline: deadline)
        let partial = bench.start([1], deadline: deadline, flags: .allowPartial)
        #expect(bench.state.calls[.call(whole)]?.remainingMicroseconds(at: 0) == UInt32(deadline))
        #expect(bench.state.calls[.call(partial)]?.remainingMicroseconds(at: 0) == atWorker)
        #expect(bench.state.calls[.call(partial)]?.remainingMicroseconds(at: deadline + 1) == 0)
    }

    @Test func aLateReplyIsIgnored() {
        var bench = Bench(workers: 1)
        let id = bench.start([1, 2], deadline: 500)
        let (request, link) = bench.out[0]
        let bytes = bench.answer(request, link)
        bench.now = 500
        bench.state.tick(now: bench.now)
        bench.deliver(bytes, from: link)
        #expect(bench.error(id)?.code == .deadlineExceeded)
        #expect(bench.state.flights.isEmpty)
        #expect(bench.state.links[0].inFlight.isEmpty)
        // The same reply twice, for a call that goes on.
        let next = bench.start([3], parts: 1)
        let again = bench.answer(bench.out[1].request, link)
        bench.deliver(again, from: link)
        bench.deliver(again, from: link)
        #expect(bench.scores(next) == [Fake.score(1, 3)])
    }

    @Test func aReplyFromAnotherWorkerIsIgnored() {
        var bench = Bench(workers: 2)
        let id = bench.start([1], deadline: 500)
        let (request, link) = bench.out[0]
        let other = bench.links[1 - link.index]
        bench.deliver(bench.answer(request, link), from: other)
        #expect(bench.finished[id] == nil)
        bench.answerAll()
        #expect(bench.scores(id) == [Fake.score(1, 1)])
    }

    @Test func aLostWorkersPartsGoToOthersAtOnce() {
        var bench = Bench(workers: 3)
        let ids = [UInt64](0..<30)
        let id = bench.start(ids, parts: 3)
        let lost = bench.out[0].link
        bench.state.handle(.lost, at: lost, now: bench.now)
        bench.collect()
        #expect(bench.out.count == 4)
        #expect(bench.out[3].link != lost)
        bench.answerAll()
        #expect(bench.scores(id) == ids.map { Fake.score(1, $0) })
    }

    @Test func reissuesAreBounded() throws {
        var bench = try Bench(workers: 5, configuration: .init(attempts: 3))
        let id = bench.start([1])
        for number in 1...3 {
            #expect(bench.out.count == number)
            bench.state.handle(.lost, at: bench.out[number - 1].link, now: bench.now)
            bench.collect()
        }
        #expect(bench.out.count == 3)
        #expect(Set(bench.out.map(\.link)).count == 3)
        #expect(bench.error(id)?.code == .unavailable)
        #expect(bench.error(id)?.causes.count == 3)
    }

    @Test func theLossOfTheLastWorkerFailsAtOnceWithItsName() {
        var bench = Bench(workers: 1)
        let id = bench.start([1])
        bench.state.handle(.lost, at: bench.links[0], now: bench.now)
        bench.collect()
        #expect(bench.error(id)?.code == .unavailable)
        #expect(bench.error(id)?.message.contains("tcp://w0") == true)
    }

    @Test func failsFastOnlyWhenEveryEndpointHasRefused() {
        var bench = Bench(workers: 2, areReady: false)
        let id = bench.start([1])
        let patient = bench.start([1], waitsForReady: true)
        bench.state.handle(.failed(.unavailable, reason: "refused A"), at: bench.links[0], now: 1)
        bench.collect()
        #expect(bench.finished.isEmpty)
        bench.state.handle(.failed(.unavailable, reason: "refused B"), at: bench.links[1], now: 2)
        bench.collect()
        #expect(bench.error(id)?.code == .unavailable)
        #expect(bench.error(id)?.causes.map(\.reason) == ["refused A", "refused B"])
        #expect(bench.finished[patient] == nil)
        let late = bench.start([1])
        #expect(bench.error(late)?.code == .unavailable)
        bench.becomeReady(bench.links[1])
        bench.answerAll()
        #expect(bench.scores(patient) == [Fake.score(1, 1)])
    }

    @Test func aForeignServerIsDescribed() {
        var bench = Bench(workers: 1, areReady: false)
        let id = bench.start([1], deadline: 500)
        bench.state.handle(.reached, at: bench.links[0], now: 1)
        bench.collect()
        #expect(bench.finished.isEmpty)
        bench.state.tick(now: 500)
        bench.collect()
        #expect(bench.error(id)?.causes.first?.reason.contains("handshake is not done") == true)
        // One that ends connections in the handshake is given up after the second.
        let next = bench.start([1], deadline: 500_000)
        for _ in 0..<2 {
            #expect(bench.finished[next] == nil)
            bench.state.handle(.reached, at: bench.links[0], now: 501)
            bench.state.handle(.handshakeBroken, at: bench.links[0], now: 501)
            bench.state.handle(.lost, at: bench.links[0], now: 501)
            bench.collect()
        }
        #expect(bench.error(next)?.code == .unavailable)
        #expect(bench.error(next)?.causes.first?.reason.contains("broke off twice") == true)
    }

    @Test func refusedKeysAreNamed() {
        var bench = Bench(workers: 1, areReady: false)
        let id = bench.start([1])
        let event = LinkEvent(.handshakeFailedAuthentication(status: 400))
        #expect(event != nil)
        if let event { bench.state.handle(event, at: bench.links[0], now: 1) }
        bench.state.handle(.lost, at: bench.links[0], now: 1)
        bench.collect()
        #expect(bench.error(id)?.code == .unauthenticated)
    }

    @Test func longDeadlinesDoNotPileUp() {
        var bench = Bench(workers: 1)
        for _ in 0..<5_000 {
            _ = bench.start([1], deadline: 1 << 40)
            bench.answerAll()
        }
        #expect(bench.finished.count == 5_000)
        #expect(bench.state.waitingDeadlines < 2_000)
    }

    @Test func aListIsSplitSoThatItsRepliesFit() throws {
        var bench = try Bench(workers: 1, configuration: .init(maximumReplyBytes: 4_096))
        let ids = [UInt64](0..<1_000)
        let id = bench.start(ids)
        #expect(bench.out.count == 4)
        bench.answerAll()
        #expect(bench.scores(id) == ids.map { Fake.score(1, $0) })
    }

    @Test func aFullQueuePassesARequestOn() {
        var bench = Bench(workers: 2)
        let id = bench.start([1])
        let first = bench.out.removeFirst()
        bench.state.blocked(first.request, now: bench.now)
        bench.state.tick(now: bench.now)
        bench.collect()
        #expect(bench.out.map(\.link) == [bench.links[1 - first.link.index]])
        bench.state.blocked(bench.out.removeFirst().request, now: bench.now)
        bench.state.tick(now: bench.now)
        bench.collect()
        #expect(bench.out.isEmpty)
        #expect(bench.state.nextTick == 1_000)
        bench.now = 1_000
        #expect(bench.finished.isEmpty)
        bench.state.tick(now: 999)
        bench.collect()
        #expect(bench.out.isEmpty)
        _ = id
    }

    @Test func oddModelsAreScoredAgainOnce() {
        var bench = Bench(workers: 3, models: [Fake.model, Fake.otherModel, Fake.model])
        let ids = [UInt64](0..<30)
        let id = bench.start(ids, parts: 3)
        bench.answerAll()
        #expect(bench.scores(id) == ids.map { Fake.score(1, $0) })
        guard case .success(.score(let outcome)) = bench.finished[id] else { return }
        #expect(outcome.model == Fake.model)
        #expect(outcome.parts.allSatisfy { $0.endpoint != "tcp://w1" })
    }

    @Test func aModelThatIsGoneIsNotWaitedFor() {
        // The worker reloads between two parts of one list.
        var bench = Bench(workers: 1)
        let id = bench.start([1, 2, 3], parts: 3)
        for _ in 0..<2 {
            let (request, link) = bench.out.removeFirst()
            bench.deliver(bench.answer(request, link), from: link)
        }
        bench.models[0] = Fake.otherModel
        bench.answerAll()
        guard case .success(.score(let outcome)) = bench.finished[id] else {
            Issue.record("\(String(describing: bench.finished[id]))")
            return
        }
        #expect(outcome.model == Fake.otherModel)
    }

    @Test func modelsThatKeepChangingAreAnError() {
        var bench = Bench(workers: 1)
        let id = bench.start([1, 2], parts: 2)
        let (request, link) = bench.out.removeFirst()
        bench.deliver(bench.answer(request, link), from: link)
        bench.models[0] = Fake.otherModel
        let second = bench.out.removeFirst()
        bench.deliver(bench.answer(second.request, link), from: link)
        bench.models[0] = Fake.model
        bench.answerAll()
        #expect(bench.error(id)?.code == .aborted)
        #expect(bench.error(id)?.message.contains("different models") == true)
    }

    @Test(arguments: [
        (Status.resourceExhausted, true), (.unavailable, true), (.failedPrecondition, true), (.internal, true),
        (.invalidArgument, false), (.notFound, false), (.unimplemented, false),
    ])
    func onlySomeErrorsAreRetriedElsewhere(_ status: Status, _ isRetried: Bool) {
        var bench = Bench(workers: 2)
        let id = bench.start([1])
        let (request, link) = bench.out.removeFirst()
        var writer = FrameWriter()
        let error = ErrorReply(status: status, message: "no")
        writer.encodeErrorReply(bench.header(request, link, .error), error: error)
        bench.deliver(writer.array, from: link)
        #expect(bench.out.isEmpty != isRetried)
        bench.answerAll()
        #expect((bench.scores(id) != nil) == isRetried)
        if !isRetried { #expect(bench.error(id)?.code == status) }
    }

    @Test func drainingWorkersAreUsedLast() {
        var bench = Bench(workers: 2)
        _ = bench.start([1])
        let (request, link) = bench.out.removeFirst()
        var bytes = bench.answer(request, link)
        bytes[18] = 1
        bench.deliver(bytes, from: link)
        for _ in 0..<3 { _ = bench.start([1]) }
        #expect(Set(bench.out.map(\.link)) == [bench.links[1 - link.index]])
    }

    @Test func aWorkerThatAnswersInfoWithNonsenseIsNotUsed() {
        var bench = Bench(workers: 1, areReady: false)
        let id = bench.start([1])
        bench.state.handle(.connected, at: bench.links[0], now: 0)
        bench.state.actions = []
        bench.deliver(Array("HTTP/1.1 400 Bad Request".utf8), from: bench.links[0])
        #expect(bench.error(id)?.code == .unavailable)
        #expect(bench.error(id)?.causes.first?.reason.contains("malformed") == true)
    }

    /// Random events for a long while: every call ends once, by its deadline, and nothing stays behind.
    @Test(arguments: 0..<100)
    func everyCallEndsOnce(_ seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let options = try RankPool.Configuration(
            balancing: Balancing.allCases[Int(seed % 3)],
            window: seed % 2 == 0 ? .default : .init(requests: 2, scoring: .microseconds(300)),
            waitingParts: seed % 5 == 0 ? 4 : 1_000,
            hedging: seed % 4 < 2 ? .afterPercentile(0.95) : .off
        )
        let models = [Fake.model, Fake.model, Fake.otherModel, Fake.model]
        var bench = Bench(workers: 4, configuration: options, models: models, seed: seed)
        var deadlines: [CallID: Int64] = [:]
        let statuses = [Status.resourceExhausted, .unavailable, .internal, .notFound, .failedPrecondition]
        for _ in 0..<600 {
            bench.advance(to: bench.now + .random(in: 0...100, using: &random))
            switch Int.random(in: 0..<10, using: &random) {
            case 0, 1, 2:
                let ids = (0..<Int.random(in: 0...9, using: &random)).map { UInt64($0) }
                let id = bench.start(
                    ids,
                    parts: .random(in: 1...3, using: &random),
                    topK: .random(in: 0...3, using: &random),
                    waitsForReady: .random(using: &random),
                    flags: .random(using: &random) ? .allowPartial : []
                )
                deadlines[id] = bench.now + 1_000
            case 3, 4, 5:
                guard !bench.out.isEmpty else { continue }
                let index = Int.random(in: bench.out.indices, using: &random)
                let (request, link) = bench.out.remove(at: index)
                let bytes = bench.answer(request, link)
                if !bytes.isEmpty { bench.deliver(bytes, from: link) }
            case 6:
                guard let link = bench.links.randomElement(using: &random) else { continue }
                let isUp = [.ready, .introducing].contains(bench.state.links[link.index].condition)
                bench.state.handle(isUp ? .lost : .connected, at: link, now: bench.now)
            case 7:
                guard let flight = bench.out.popLast() else { continue }
                bench.state.blocked(flight.request, now: bench.now)
            case 8:
                guard let flight = bench.out.popLast(), let status = statuses.randomElement(using: &random) else {
                    continue
                }
                let error = ErrorReply(
                    status: status,
                    message: "no",
                    retryAfterMicroseconds: .random(in: 0...500, using: &random)
                )
                let flags: ReplyFlags = .random(using: &random) ? .draining : []
                bench.refuse(flight.request, flight.link, error, flags: flags)
            default:
                if let call = deadlines.keys.randomElement(using: &random) { bench.state.cancel(call) }
            }
            bench.state.tick(now: bench.now)
            bench.collect()
            for (id, deadline) in deadlines where deadline <= bench.now { #expect(bench.finished[id] != nil) }
        }
        bench.advance(to: bench.now + 10_000)
        #expect(Set(bench.finished.keys) == Set(deadlines.keys))
        #expect(bench.state.links.allSatisfy { $0.inFlight.isEmpty && $0.load.inFlight < 0.001 })
        #expect(bench.state.flights.isEmpty)
        #expect(bench.state.calls.isEmpty)
        // What is left to tell is that a worker which was set aside is used again.
        bench.advance(to: bench.now + 3_600_000_000)
        #expect(bench.state.nextTick == nil)
    }
}
