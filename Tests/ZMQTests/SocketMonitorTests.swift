import RankSystem
import TestSupport
import Testing
import ZMQ

@Suite("Socket monitor", .timeLimit(.minutes(5)))
struct SocketMonitorTests {
    @Test(arguments: [Transport.tcp, .ipc])
    func tellsOfConnectionsMadeAndLost(transport: Transport) throws {
        let directory = try TemporaryDirectory()
        let context = try Context()
        let worker = try Socket.test(.router, in: context)
        var workerMonitor = try SocketMonitor(worker)
        let bound = try worker.bind(transport.endpoint(in: directory))
        let client = try Socket.test(.dealer, in: context)
        var clientMonitor = try SocketMonitor(client)
        try client.connect(bound)

        let made = try clientMonitor.events { $0 == .handshakeSucceeded }
        #expect(made.contains { $0.kind == .connected && $0.address == bound.description })
        let accepted = try workerMonitor.events { $0 == .handshakeSucceeded }
        #expect(accepted.first?.kind == .listening)
        #expect(accepted.contains { $0.kind == .accepted })

        worker.close()
        let lost = try clientMonitor.events { $0 == .disconnected }
        #expect(lost.last?.address == bound.description)
        let last = try workerMonitor.events { $0 == .monitorStopped }
        #expect(last.last?.kind == .monitorStopped)
    }

    @Test func aRefusedPortIsRetriedWithoutAConnection() throws {
        let context = try Context()
        let placeholder = try Socket.test(.router, in: context)
        let bound = try placeholder.bind(Endpoint("tcp://127.0.0.1:*", for: .binding))
        try placeholder.unbind(bound)
        let client = try Socket.test(.dealer, in: context)
        var monitor = try SocketMonitor(client)
        try client.connect(bound)
        let events = try monitor.events { kind in
            if case .connectRetried = kind { return true }
            return false
        }
        #expect(events.contains { $0.kind == .closed })
        #expect(!events.contains { $0.kind == .connected })
        #expect(events.allSatisfy { $0.address == bound.description })
        guard case .connectRetried(let milliseconds)? = events.last?.kind else {
            Issue.record("\(events)")
            return
        }
        #expect((50...1_000).contains(milliseconds))
    }

    @Test func aPeerThatDiesInTheHandshakeGivesNoDetail() throws {
        let listener = try RawListener()
        let client = try Socket.test(.dealer, in: Context())
        var monitor = try SocketMonitor(client)
        try client.connect(Endpoint("tcp://127.0.0.1:\(listener.port)", for: .connecting))
        try listener.acceptAndClose()
        let events = try monitor.events { kind in
            if case .handshakeFailedNoDetail = kind { return true }
            return false
        }
        guard case .handshakeFailedNoDetail(let errorNumber)? = events.last?.kind else {
            Issue.record("\(events)")
            return
        }
        #expect([EPIPE, ECONNRESET].contains(errorNumber))
    }

    @Test func theSocketMayBeClosedFirst() throws {
        let context = try Context()
        for _ in 0..<50 {
            let socket = try Socket.test(.dealer, in: context)
            let monitor = try SocketMonitor(socket)
            try socket.connect(Endpoint("tcp://127.0.0.1:9", for: .connecting))
            socket.close()
            monitor.close()
        }
    }

    @Test func theMonitorMayBeClosedFirst() throws {
        let context = try Context()
        for _ in 0..<50 {
            let socket = try Socket.test(.dealer, in: context)
            let monitor = try SocketMonitor(socket)
            try socket.connect(Endpoint("tcp://127.0.0.1:9", for: .connecting))
            monitor.close()
            socket.close()
        }
    }

    @Test func anotherOneMayFollowButNotJoin() throws {
        let socket = try Socket.test(.dealer, in: Context())
        let first = try SocketMonitor(socket)
        let error = #expect(throws: ZMQError.self) { _ = try SocketMonitor(socket) }
        #expect(error?.code == .invalidOperation)
        first.close()
        var second = try SocketMonitor(socket)
        #expect(try second.next() == nil)
    }

    @Test(arguments: [
        (0x0001, 5, SocketEvent.Kind.connected), (0x0002, 115, .connectDelayed(errorNumber: 115)),
        (0x0004, 50, .connectRetried(afterMilliseconds: 50)), (0x0008, 5, .listening),
        (0x0010, 98, .bindFailed(errorNumber: 98)), (0x0020, 5, .accepted),
        (0x0040, 24, .acceptFailed(errorNumber: 24)), (0x0080, 5, .closed), (0x0100, 9, .closeFailed(errorNumber: 9)),
        (0x0200, 5, .disconnected), (0x0400, 0, .monitorStopped),
        (0x0800, 32, .handshakeFailedNoDetail(errorNumber: 32)),
        (0x1000, 0, .handshakeSucceeded), (0x2000, 0x1100_0001, .handshakeFailedProtocol(code: 0x1100_0001)),
        (0x4000, 400, .handshakeFailedAuthentication(status: 400)),
        (0x8000, 0xFFFF_FFFF, .other(event: 0x8000, value: .max)),
    ])
    func readsLibrariesNumbers(event: UInt16, value: UInt32, kind: SocketEvent.Kind) {
        #expect(SocketEvent.Kind(event: event, value: value) == kind)
    }
}

/// A TCP server that speaks no ZMTP.
private final class RawListener {
    let port: UInt16
    private let descriptor: Int32

    init() throws {
        #if canImport(Glibc)
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
        let descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(descriptor, pointer, size) | listen(descriptor, 8) | getsockname(descriptor, pointer, &size)
            }
        }
        self.descriptor = descriptor
        port = UInt16(bigEndian: address.sin_port)
        guard status == 0 else { throw POSIXFailure(errorNumber: errno) }
    }

    func acceptAndClose() throws {
        let peer = accept(descriptor, nil, nil)
        guard peer != -1 else { throw POSIXFailure(errorNumber: errno) }
        close(peer)
    }

    deinit { close(descriptor) }
}
