import RankCore
import RankEngine
import RankProtocol
import RankService
import RankSystem
import Synchronization
import TestSupport
import Testing
import ZMQ

@Suite("Worker", .timeLimit(.minutes(5)))
struct WorkerTests {
    static let scores: [Float] = [204, 141, 131].map { TestRanker.score($0, user: 42) }
    static let request = Requests.score(candidates: [204, 141, 131])

    @Test
    func oneWorkerAnswersAtSeveralEndpointsTcpAndIpc() throws {
        let directory = try TemporaryDirectory()
        let worker = try Worker.test(binds: ["tcp://127.0.0.1:*", directory.endpoint(), "tcp://127.0.0.1:*"])
        #expect(worker.endpoints.count == 3)
        #expect(Set(worker.endpoints).count == 3)
        for endpoint in worker.endpoints {
            let client = try TestClient(.dealer, at: endpoint)
            #expect(try client.reply(to: Self.request).queries.first?.scores == Self.scores)
        }
        try worker.finish()
    }

    @Test
    func aReplyTellsHowManyRequestsWaitBehindIt() throws {
        let worker = try Worker.test(ranker: try TestModel.ranker(plan: .direct, kernel: .scalar))
        let client = try TestClient(.dealer, at: worker.endpoints[0])
        let alone = try client.reply(to: Self.request)
        #expect(alone.timings.queueDepth == 0 && alone.header.backlogMicroseconds == 0)
        // Long enough that the others arrive between its slices.
        try client.send(Requests.score(candidates: (0..<20_000).map { UInt64(1 + $0 % 1_600) }))
        for _ in 0..<3 { try client.send(Requests.score(candidates: Array(1...1_000))) }
        let replies = [try client.reply(), try client.reply(), try client.reply(), try client.reply()]
        #expect(replies.map(\.timings.queueDepth) == [3, 2, 1, 0])
        #expect(replies.map { $0.header.backlogMicroseconds > 0 } == [true, true, true, false])
        #expect(replies[3].timings.queueMicroseconds > replies[3].timings.computeMicroseconds)
        try worker.finish()
    }

    @Test
    func reqREQWithCORRELATEAndDEALERWithAndWithoutADelimiter() throws {
        let worker = try Worker.test()
        for correlate in [false, true] {
            let request = try TestClient(.request, at: worker.endpoints[0], correlate: correlate)
            for _ in 0..<3 { #expect(try request.reply(to: Self.request).queries.first?.scores == Self.scores) }
        }
        let dealer = try TestClient(.dealer, at: worker.endpoints[0])
        #expect(try dealer.reply(to: Self.request).queries.first?.scores == Self.scores)
        try dealer.send([], Self.request)
        let delimited = try dealer.receive()
        #expect(delimited.count == 2 && delimited[0].isEmpty)
        try dealer.send([1, 2], [3], [], Self.request)
        let routed = try dealer.receive()
        #expect(routed.count == 4 && routed[0] == [1, 2] && routed[1] == [3] && routed[2].isEmpty)
        #expect(try DecodedReply(routed[3]).queries.first?.scores == Self.scores)
        try worker.finish()
    }

    @Test(arguments: [false, true])
    func whateverShapeAREQSendsItIsAnsweredAndCanGoOn(correlate: Bool) throws {
        let worker = try Worker.test()
        let client = try TestClient(.request, at: worker.endpoints[0], correlate: correlate)
        for frames in [[[], []], [[]], [[1], [2]], [Self.request, Self.request], [[], Self.request], [[9]]]
            as [[[UInt8]]]
        {
            for (index, frame) in frames.enumerated() {
                let outcome = try client.socket.send(copying: frame.span.bytes, more: index < frames.count - 1)
                try #require(outcome == .sent || frames.isEmpty)
            }
            #expect(try client.reply().status == .invalidArgument)
            #expect(try client.reply(to: Self.request).status == .ok)
        }
        try worker.finish()
    }

    @Test
    func messagesThatCannotBeAnsweredAreCountedProbesAreNot() throws {
        let worker = try Worker.test()
        let client = try TestClient(.dealer, at: worker.endpoints[0])
        try client.send([1], [2])
        try client.send([1], [2], [3])
        try client.send([1], [2], [3], [4], [5], [6], [7], [8], [], [9])
        try client.send([])
        #expect(try client.reply(to: Requests.plain(.stats)).pairs["malformed"] == "3")
        try worker.finish()
    }

    @Test
    func aFrameOverTheLimitGetsAnErrorThatNamesItOneOfOverFourTimesCutsTheConnection() throws {
        let worker = try Worker.test(maximumMessageBytes: 4_096)
        let client = try TestClient(.dealer, at: worker.endpoints[0])
        let large = try client.reply(to: Requests.score(id: 77, candidates: Array(1...2_000)))
        #expect(large.status == .invalidArgument)
        #expect(large.header.id.rawValue == 77)
        #expect(large.error?.message.contains("4096") == true)
        try client.send(Requests.score(candidates: Array(1...9_000)))
        try client.socket.set(.receiveTimeout, to: 300)
        #expect(try client.receive().isEmpty)
        let other = try TestClient(.dealer, at: worker.endpoints[0])
        #expect(try other.reply(to: Self.request).status == .ok)
        try worker.finish()
    }

    @Test
    func aHundredClientsAtOnceEachGetsItsOwnAnswers() throws {
        let worker = try Worker.test()
        let context = try Context()
        var sockets: [TestSocket] = []
        for _ in 0..<100 {
            let socket = try Socket(.dealer, in: context, settings: .client(maximumMessageSize: 1 << 20))
            try socket.set(.receiveTimeout, to: 10_000)
            try socket.set(.sendTimeout, to: 10_000)
            try socket.connect(Endpoint(worker.endpoints[0], for: .connecting))
            sockets.append(TestSocket(socket))
        }
        for round in 0..<10 {
            for (index, client) in sockets.enumerated() {
                let id = UInt64(index * 100 + round)
                let frame = Requests.score(id: id, user: 1 + id, candidates: [1 + id, 2 + id])
                try #require(try client.socket.send(copying: frame.span.bytes, waiting: .allowed) == .sent)
            }
        }
        var message = Message()
        for (index, client) in sockets.enumerated() {
            for round in 0..<10 {
                try #require(try client.socket.receive(into: &message, waiting: .allowed))
                let reply = try DecodedReply(message.bytes)
                let id = UInt64(index * 100 + round)
                #expect(reply.header.id.rawValue == id)
                #expect(reply.queries.first?.scores == [1 + id, 2 + id].map { TestRanker.score($0, user: 1 + id) })
            }
        }
        try worker.finish()
    }

    @Test(arguments: [0, 30_000]
    )
    func aStoppedWorkerSaysDRAININGAnswersWhatItHasServesOnForItsGraceThenRefusesAndEnds(grace: UInt32) throws {
        let worker = try Worker.start(
            WorkerConfiguration(
                binds: ["tcp://127.0.0.1:*"],
                drainGraceMilliseconds: grace,
                drainMaximumMilliseconds: grace == 0 ? 25_000 : 3_000,
                queueLimitMicroseconds: .max
            ),
            ranker: try TestModel.ranker()
        )
        let client = try TestClient(.dealer, at: worker.endpoints[0])
        #expect(try client.reply(to: Requests.plain(.health)).header.flags == [])
        let candidates = (0..<2_000).map { UInt64(1 + $0 % 1_600) }
        for id in 1...200 { try client.send(Requests.score(id: UInt64(id), candidates: candidates)) }
        // The first reply shows that the requests are on their way through.
        let first = try client.reply()
        worker.stop()
        var replies = [first]
        while replies.count < 200 { replies.append(try client.reply()) }
        try worker.join()
        #expect(Set(replies.map(\.header.id.rawValue)) == Set(1...200))
        for reply in replies {
            switch reply.header.flags {
            case [], [.draining]: #expect(reply.status == .ok)
            default:
                #expect(reply.header.flags == [.draining, .notServing])
                #expect(reply.status == .ok || reply.status == .unavailable)
            }
        }
        #expect(replies.last?.header.flags.contains(.draining) == true)
        if grace > 0 { #expect(replies.allSatisfy { $0.status == .ok }) }
    }

    @Test
    func aWorkerThatIsStoppedEndsAlthoughAClientGoesOn() throws {
        let worker = try Worker.test()
        let endpoint = worker.endpoints[0]
        let load = try OwnedThread<Void, Never>.start(name: "load") { starter in
            guard let client = try? TestClient(.dealer, at: endpoint),
                (try? client.socket.set(.receiveTimeout, to: 500)) != nil,
                (try? client.reply(to: Self.request)) != nil
            else { return }
            starter.started(())
            let bytes = Self.request.span.bytes
            while (try? client.socket.send(copying: bytes, waiting: .allowed)) == .sent,
                (try? client.receive())?.isEmpty == false
            {}
        }
        try worker.finish()
        load.join()
    }

    @Test
    func aReplyForAClientThatHasGoneIsCounted() throws {
        let worker = try Worker.test(ranker: try TestModel.ranker(plan: .direct, kernel: .scalar))
        do {
            let client = try TestClient(.dealer, at: worker.endpoints[0])
            _ = try client.reply(to: Self.request)
            try client.send(Requests.score(candidates: (0..<20_000).map { UInt64(1 + $0 % 1_600) }))
        }
        let other = try TestClient(.dealer, at: worker.endpoints[0])
        try eventuallyBlocking("the reply counts as unsent") {
            try other.reply(to: Requests.plain(.stats)).pairs["unsent"]
        } until: {
            $0 == "1"
        }
        try worker.finish()
    }

    @Test
    func oneLineAtTheStartAndOneAtTheEnd() throws {
        let lines = LogLines()
        let worker = try Worker.test(ranker: try TestModel.ranker(plan: .userOnce)) { lines.append($0) }
        let client = try TestClient(.dealer, at: worker.endpoints[0])
        _ = try client.reply(to: Requests.score(candidates: [1, 2, 3]))
        _ = try client.reply(to: [1])
        try worker.finish()
        let texts = lines.all
        #expect(texts.count == 2)
        #expect(texts.first?.hasPrefix("ready: test 1, model ") == true)
        #expect(texts.first?.contains("plan user-once") == true)
        // Nothing is known of the invented model's training.
        #expect(texts.first?.contains("UNPROVED: converted, and not compared") == true)
        #expect(texts.first?.hasSuffix(worker.endpoints[0]) == true)
        #expect(texts.last == "ended: 2 requests, 2 replies, 1 error, 3 candidates, 0 malformed, 0 unsent")
    }

    @Test
    func cancelTakesAWaitingRequestOfTheSameConnectionBackAndNoOther() throws {
        let worker = try Worker.test(ranker: try TestModel.ranker(plan: .direct, kernel: .scalar))
        let other = try TestClient(.dealer, at: worker.endpoints[0])
        _ = try other.reply(to: Requests.plain(.health))
        let client = try TestClient(.dealer, at: worker.endpoints[0])
        _ = try client.reply(to: Requests.plain(.health))
        // Long enough that the others wait behind it.
        let long = (0..<20_000).map { UInt64(1 + $0 % 1_600) }
        try client.send(Requests.score(id: 1, candidates: long))
        try client.send(Requests.score(id: 2, candidates: long))
        try client.send(Requests.score(id: 3, candidates: [1]))
        try client.send(Requests.cancel(2, id: 4))
        try client.send(Requests.cancel(2, id: 5))
        try client.send(Requests.cancel(99, id: 6))
        try other.send(Requests.cancel(3, id: 7))
        var replies: [UInt64: DecodedReply] = [:]
        for _ in 0..<6 {
            let reply = try client.reply()
            replies[reply.header.id.rawValue] = reply
        }
        #expect(replies[1]?.status == .ok)
        #expect(replies[2]?.status == .cancelled)
        #expect(replies[3]?.status == .ok)
        #expect(replies[4]?.wasCancelled == true)
        #expect(replies[5]?.wasCancelled == false)
        #expect(replies[6]?.wasCancelled == false)
        #expect(try other.reply().wasCancelled == false)
        try worker.finish()
    }
}

/// A socket by reference.
private final class TestSocket {
    let socket: Socket

    init(_ socket: consuming Socket) {
        self.socket = socket
    }
}

/// The lines of a log.
private final class LogLines: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }

    func append(_ line: String) {
        lines.withLock { $0.append(line) }
    }
}
