import RankSystem
import Testing
import ZMQ

@Suite("Doorbell", .timeLimit(.minutes(5)))
struct DoorbellTests {
    /// What a ROUTER receives in one wait.
    private static func receive(from socket: borrowing Socket) throws(ZMQError) -> [Int] {
        var message = Message()
        var sizes: [Int] = []
        repeat {
            guard try socket.receive(into: &message, waiting: .allowed) else { return [] }
            sizes.append(message.byteCount)
        } while message.hasMore
        return sizes
    }

    private static func router(in context: Context) throws(ZMQError) -> Socket {
        try Socket(.router, in: context, settings: .worker(maximumMessageSize: testLimit))
    }

    /// Each ring ends a wait that would last for ever, with an empty frame behind an identity.
    @Test func endsTheWaitInAReceive() throws {
        let bell = Doorbell()
        let rings = 100
        let thread = try OwnedThread<Int, ZMQError>.start(name: "waiting") { (starter) throws(ZMQError) in
            let context = try Context()
            let socket = try Self.router(in: context)
            try bell.hang(at: socket, in: context)
            defer { bell.takeDown() }
            starter.started(0)
            for _ in 0..<rings { #expect(try Self.receive(from: socket).dropFirst() == [0]) }
        }
        for _ in 0..<rings { bell.ring() }
        try thread.join()
    }

    /// Requests that came before a ring are received before it or after it, but both are received.
    @Test func losesNoRequest() throws {
        let context = try Context()
        let socket = try Self.router(in: context)
        let bound = try socket.bind(Endpoint("inproc://requests", for: .binding))
        let bell = Doorbell()
        try bell.hang(at: socket, in: context)
        let client = try Socket(.dealer, in: context, settings: .client(maximumMessageSize: testLimit))
        try client.connect(bound)
        for _ in 0..<10 {
            #expect(try client.sendFrames(["request"]) == .sent)
            bell.ring()
        }
        var sizes: [Int] = []
        for _ in 0..<20 { sizes += try Self.receive(from: socket).dropFirst() }
        #expect(sizes.sorted() == Array(repeating: 0, count: 10) + Array(repeating: 7, count: 10))
        bell.takeDown()
    }

    /// Before it hangs and after it was taken down a ring is harmless, from many threads at once too.
    @Test func isSilentWhereItDoesNotHang() async throws {
        let bell = Doorbell()
        bell.ring()
        let context = try Context()
        let socket = try Self.router(in: context)
        try bell.hang(at: socket, in: context)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 { group.addTask { for _ in 0..<50 { bell.ring() } } }
        }
        bell.takeDown()
        bell.ring()
        for _ in 0..<400 { #expect(try Self.receive(from: socket).dropFirst() == [0]) }
        try socket.set(.receiveTimeout, to: 20)
        #expect(try Self.receive(from: socket) == [])
    }

    @Test func hangsOncePerContext() throws {
        let context = try Context()
        let socket = try Self.router(in: context)
        let bell = Doorbell()
        try bell.hang(at: socket, in: context)
        let other = try Self.router(in: context)
        let error = #expect(throws: ZMQError.self) { try Doorbell().hang(at: other, in: context) }
        #expect(error?.code == .addressInUse)
        bell.takeDown()
    }
}
