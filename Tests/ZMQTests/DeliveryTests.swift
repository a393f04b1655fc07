import TestSupport
import Testing
import ZMQ

@Suite("Delivery", .timeLimit(.minutes(5)))
struct DeliveryTests {
    @Test func anUnknownIdentityIsUnreachable() throws {
        let router = try Socket.test(.router, in: Context())
        try router.bind(Endpoint("tcp://127.0.0.1:*", for: .binding))
        #expect(try router.sendFrames(["nobody", "answer"]) == .unreachable)
        var frame = try Message(copying: Array("nobody".utf8).span.bytes)
        #expect(try router.send(&frame, more: true) == .unreachable)
        #expect(frame.text == "nobody", "a frame that was not taken is unchanged")
    }

    @Test func aPeerThatLeftBecomesUnreachable() throws {
        let context = try Context()
        let router = try Socket.test(.router, in: context)
        var monitor = try SocketMonitor(router)
        let bound = try router.bind(Endpoint("tcp://127.0.0.1:*", for: .binding))
        let client = try Socket.test(.dealer, in: context)
        try client.setRoutingID(Array("client".utf8))
        try client.connect(bound)
        #expect(try client.sendFrames(["hello"]) == .sent)
        #expect(try router.receiveFrames() == ["client", "hello"])
        #expect(try router.sendFrames(["client", "hello"]) == .sent)
        client.close()
        _ = try monitor.events { $0 == .disconnected }
        var outcome = SendOutcome.sent
        var message = Message()
        let identity = Array("client".utf8)
        while outcome != .unreachable {
            // The end of the peer's queue lies behind what it had sent, so only a receive comes upon it.
            #expect(try router.receive(into: &message) == false)
            outcome = try router.send(copying: identity.span.bytes, more: true)
            if outcome == .sent { #expect(try router.send(copying: identity.span.bytes) == .sent) }
        }
    }

    @Test func nothingIsQueuedForAWorkerThatIsNotConnected() throws {
        let client = try Socket.test(.dealer, in: Context())
        try client.connect(Endpoint("ipc:///tmp/nobody-listens-here", for: .connecting))
        var message = try Message(copying: Array("question".utf8).span.bytes)
        #expect(try client.send(&message) == .wouldBlock)
        #expect(message.text == "question")
        #expect(try client.receive(into: &message) == false)
        #expect(message.byteCount == 0, "nothing was received")
    }

    @Test(arguments: [Transport.tcp, .ipc])
    func aSlowReaderMakesASendBlockAndLosesNothing(transport: Transport) throws {
        let directory = try TemporaryDirectory()
        let context = try Context()
        var settings = SocketSettings.worker(maximumMessageSize: testLimit)
        settings.sendHighWaterMark = 4
        settings.receiveHighWaterMark = 4
        let router = try Socket.test(.router, in: context, settings: settings)
        let bound = try router.bind(transport.endpoint(in: directory))
        settings.linger = 0
        let client = try Socket.test(.dealer, in: context, settings: settings)
        try client.connect(bound)
        #expect(try client.sendFrames(["hello"]) == .sent)
        var identity = Message()
        var body = Message()
        #expect(try router.receive(into: &identity, waiting: .allowed))
        #expect(try router.receive(into: &body))

        let identityBytes = identity.withUnsafeBytes { Array($0) }
        let payload = [UInt8](repeating: 7, count: 100_000)
        var sent = 0
        while sent < 10_000 {
            let first = try router.send(copying: identityBytes.span.bytes, more: true)
            if first != .sent {
                #expect(first == .wouldBlock)
                break
            }
            #expect(try router.send(copying: payload.span.bytes) == .sent)
            sent += 1
        }
        #expect(sent < 10_000, "the queue has a limit")
        for _ in 0..<sent {
            #expect(try client.receive(into: &body, waiting: .allowed))
            #expect(body.byteCount == payload.count)
        }
        #expect(try client.receive(into: &body) == false)
    }

    @Test func aFrameAboveTheLimitCutsThePeer() throws {
        let context = try Context()
        let router = try Socket.test(.router, in: context, settings: .worker(maximumMessageSize: 1_000))
        let bound = try router.bind(Endpoint("tcp://127.0.0.1:*", for: .binding))
        let client = try Socket.test(.dealer, in: context)
        var monitor = try SocketMonitor(client)
        try client.connect(bound)
        let allowed = [UInt8](repeating: 1, count: 1_000)
        let tooLong = [UInt8](repeating: 1, count: 1_001)
        var message = Message()
        #expect(try client.send(copying: allowed.span.bytes, waiting: .allowed) == .sent)
        #expect(try router.receive(into: &message, waiting: .allowed))
        #expect(try router.receive(into: &message))
        #expect(message.byteCount == 1_000)

        #expect(try client.send(copying: tooLong.span.bytes) == .sent)
        let events = try monitor.events { $0 == .disconnected }
        #expect(events.last?.address == bound.description)
        #expect(try router.receive(into: &message) == false)

        // Before the next handshake a frame could still go to the connection that was lost.
        _ = try monitor.events { $0 == .handshakeSucceeded }
        #expect(try client.send(copying: allowed.span.bytes, waiting: .allowed) == .sent)
        #expect(try router.receive(into: &message, waiting: .allowed), "the peer may come back")
    }

    @Test func outOfTurnIsAnError() throws {
        let context = try Context()
        let reply = try Socket.test(.reply, in: context)
        let bound = try reply.bind(Endpoint("inproc://turns", for: .binding))
        let request = try Socket.test(.request, in: context)
        try request.connect(bound)
        #expect(try request.sendFrames(["1"]) == .sent)
        let error = #expect(throws: ZMQError.self) { try request.sendFrames(["2"]) }
        #expect(error?.code == .invalidOperation)
        #expect(throws: ZMQError.self) { try reply.sendFrames(["answer to nothing"]) }
        #expect(try reply.receiveFrames() == ["1"])
        #expect(try reply.sendFrames(["answer"]) == .sent)
        #expect(try request.receiveFrames() == ["answer"])
    }

    @Test func closingWithoutLingerDropsAndDoesNotHang() throws {
        for _ in 0..<50 {
            let context = try Context()
            var settings = SocketSettings.client(maximumMessageSize: testLimit)
            settings.immediate = false
            let socket = try Socket.test(.dealer, in: context, settings: settings)
            try socket.connect(Endpoint("tcp://127.0.0.1:9", for: .connecting))
            for _ in 0..<100 { #expect(try socket.sendFrames(["into the void"]) == .sent) }
        }
    }
}
