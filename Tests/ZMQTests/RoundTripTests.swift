import RankSystem
import TestSupport
import Testing
import ZMQ

@Suite("Round trips", .timeLimit(.minutes(5)))
struct RoundTripTests {
    @Test(arguments: Transport.allCases, [SocketType.request, .dealer])
    func routerAnswersInTheShapeReceived(transport: Transport, type: SocketType) throws {
        let directory = try TemporaryDirectory()
        let context = try Context()
        let worker = try Socket.test(.router, in: context)
        let bound = try worker.bind(transport.endpoint(in: directory))
        let client = try Socket.test(type, in: context)
        try client.connect(bound)

        #expect(try client.sendFrames(["question"]) == .sent)
        let delimiters = type == .request ? [""] : []
        var envelope = InlineArray<2, Message> { _ in Message() }
        var body = Message()
        #expect(try worker.receive(into: &envelope[0], waiting: .allowed))
        #expect(envelope[0].byteCount == 5, "an identity that the ROUTER made up")
        for _ in delimiters {
            #expect(try worker.receive(into: &envelope[1]))
            #expect(envelope[1].byteCount == 0)
        }
        #expect(try worker.receive(into: &body))
        #expect(body.text == "question")
        #expect(try worker.hasMoreFrames() == false)

        for index in 0...delimiters.count { #expect(try worker.send(&envelope[index], more: true) == .sent) }
        #expect(envelope[0].byteCount == 0, "a frame that was sent is empty")
        #expect(try worker.send(copying: Array("answer".utf8).span.bytes) == .sent)
        #expect(try client.receiveFrames() == ["answer"])
    }

    @Test(arguments: Transport.allCases)
    func multipartKeepsItsFrames(transport: Transport) throws {
        let directory = try TemporaryDirectory()
        let context = try Context()
        let worker = try Socket.test(.router, in: context)
        let bound = try worker.bind(transport.endpoint(in: directory))
        let client = try Socket.test(.dealer, in: context)
        try client.setRoutingID(Array("client".utf8))
        #expect(try client.routingID() == Array("client".utf8))
        try client.connect(bound)

        #expect(try client.sendFrames(["a", "", "b"]) == .sent)
        #expect(try worker.receiveFrames() == ["client", "a", "", "b"])
        #expect(try worker.sendFrames(["client", "1", "2"]) == .sent)
        #expect(try client.receiveFrames() == ["1", "2"])
    }

    @Test func dealersMeetThroughAProxy() throws {
        let any = try Endpoint("tcp://127.0.0.1:*", for: .binding)
        let proxy = try ProxyDevice(frontend: any, backend: any)
        let context = try Context()
        let worker = try Socket.test(.dealer, in: context)
        try worker.connect(proxy.backend)
        let client = try Socket.test(.dealer, in: context)
        try client.connect(proxy.frontend)

        #expect(try client.sendFrames(["question"]) == .sent)
        var identity = Message()
        var body = Message()
        #expect(try worker.receive(into: &identity, waiting: .allowed))
        #expect(try worker.receive(into: &body))
        #expect(body.text == "question")
        #expect(body.hasMore == false)
        #expect(try worker.send(&identity, more: true) == .sent)
        #expect(try worker.sendFrames(["answer"]) == .sent)
        #expect(try client.receiveFrames() == ["answer"])
        proxy.stop()
    }

    @Test func shutdownEndsAWaitingReceive() throws {
        let context = try Context()
        let thread = try OwnedThread<Void, ZMQError>.start(name: "receiver") { (starter) throws(ZMQError) in
            let socket = try Socket(.dealer, in: context, settings: .client(maximumMessageSize: testLimit))
            var message = Message()
            starter.started(())
            _ = try socket.receive(into: &message, waiting: .allowed)
        }
        context.shutdown()
        let error = #expect(throws: ZMQError.self) { try thread.join() }
        #expect(error?.code == .contextTerminated)
    }
}
