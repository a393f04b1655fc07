import Testing
import ZMQ

@Suite("Socket options")
struct SocketOptionTests {
    /// The values of the two presets as they are measured and documented, apart from the message limit.
    @Test func presetsAreWhatWasMeasured() throws {
        let context = try Context()
        let worker = try Socket(.router, in: context, settings: .worker(maximumMessageSize: 1_000))
        #expect(try worker.value(of: .linger) == 1_000)
        #expect(try worker.value(of: .maximumMessageSize) == 1_000)
        #expect(try worker.value(of: .handshakeTimeout) == 3_000)
        #expect(try worker.value(of: .backlog) == 1_024)
        #expect(try worker.value(of: .receiveHighWaterMark) == 64)
        #expect(try worker.value(of: .sendHighWaterMark) == 1_000)

        let client = try Socket(.dealer, in: context, settings: .client(maximumMessageSize: 2_000))
        #expect(try client.value(of: .linger) == 0)
        #expect(try client.value(of: .immediate) == true)
        #expect(try client.value(of: .maximumMessageSize) == 2_000)
        #expect(try client.value(of: .reconnectInterval) == 50)
        #expect(try client.value(of: .maximumReconnectInterval) == 1_000)
        #expect(try client.value(of: .connectTimeout) == 1_000)
        #expect(try client.value(of: .receiveTimeout) == -1)
    }

    @Test func keepsWhatWasSet() throws {
        let socket = try Socket(.dealer, in: Context(), settings: .client(maximumMessageSize: 1))
        try socket.set(.sendTimeout, to: 7)
        #expect(try socket.value(of: .sendTimeout) == 7)
        try socket.set(.maximumMessageSize, to: 1 << 40)
        #expect(try socket.value(of: .maximumMessageSize) == 1 << 40)
        try socket.set(.immediate, to: false)
        #expect(try socket.value(of: .immediate) == false)
    }

    @Test func refusesValuesOutOfRange() throws {
        let socket = try Socket(.dealer, in: Context(), settings: .client(maximumMessageSize: 1))
        let error = #expect(throws: ZMQError.self) { try socket.set(.sendHighWaterMark, to: -1) }
        #expect(error?.code == .invalidOption)
        #expect(error?.message.contains("SNDHWM of a DEALER socket to -1") == true)
        #expect(throws: ZMQError.self) { try socket.set(.routerMandatory, to: true) }
        #expect(throws: ZMQError.self) { try socket.setRoutingID([]) }
        #expect(throws: ZMQError.self) { try socket.setRoutingID([0, 1]) }
        #expect(throws: ZMQError.self) { try socket.setRoutingID(Array(repeating: 1, count: 256)) }
        #expect(throws: ZMQError.self) { try Context(ioThreads: 0) }
    }

    @Test func knowsWhatItCanDo() throws {
        let context = try Context()
        let left = try Socket.test(.pair, in: context)
        let right = try Socket.test(.pair, in: context)
        let endpoint = try left.bind(Endpoint("inproc://pair", for: .binding))
        try right.connect(endpoint)
        #expect(try left.fileDescriptor() >= 0)
        #expect(try left.readiness() == .writable)
        #expect(try right.sendFrames(["x"]) == .sent)
        #expect(try left.readiness() == [.readable, .writable])
    }

    @Test func aContextHasALimitOfSockets() throws {
        let context = try Context(maximumSockets: 1)
        let first = try Socket.test(.dealer, in: context)
        let error = #expect(throws: ZMQError.self) { _ = try Socket.test(.dealer, in: context) }
        #expect(error?.code == .resourceExhausted)
        first.close()
    }

    @Test func afterShutdownThereAreNoNewSockets() throws {
        let context = try Context()
        context.shutdown()
        context.shutdown()
        let error = #expect(throws: ZMQError.self) { _ = try Socket.test(.dealer, in: context) }
        #expect(error?.code == .contextTerminated)
    }
}
