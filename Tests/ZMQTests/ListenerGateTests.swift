#if os(Linux)
import Foundation
import RankSystem
import Testing
import TestSupport
import ZMQ

/// Listeners that accept nothing for a while.
@Suite("ListenerGate", .timeLimit(.minutes(1)))
struct ListenerGateTests {
    /// A connection that has not been accepted has not been greeted.
    private static func isGreeted(_ descriptor: Int32, within milliseconds: Int32) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&entry, 1, milliseconds) == 1
    }

    /// libzmq's thread takes a moment until it waits for connections.
    private static func gate(_ endpoints: [Endpoint]) throws -> ListenerGate {
        let places = endpoints.map { "\($0)" }
        return try eventuallyBlocking("libzmq listens") {
            ListenerGate(endpoints: places)
        } until: {
            $0.count == places.count
        }
    }

    private static func connection(_ path: String) -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                connect(descriptor, address, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        #expect(status == 0)
        return descriptor
    }

    @Test
    func aClosedGateKeepsNewConnectionsWaitingThoseThatStandGoOnAndAnOpenOneLetsAllIn() throws {
        let path = "/tmp/rank-gate-\(UUID().uuidString.prefix(8))"
        let context = try Context()
        let router = try Socket(.router, in: context, settings: .worker(maximumMessageSize: 1_024))
        try router.set(.receiveTimeout, to: 10_000)
        let endpoint = try router.bind(Endpoint("ipc://\(path)", for: .binding))
        let gate = try Self.gate([endpoint])
        let client = try Socket(.dealer, in: context, settings: .client(maximumMessageSize: 1_024))
        try client.set(.sendTimeout, to: 10_000)
        try client.connect(endpoint)
        func exchange() throws {
            #expect(try client.send(copying: [1, 2, 3].span.bytes, waiting: .allowed) == .sent)
            var message = Message()
            #expect(try router.receive(into: &message, waiting: .allowed))
            while message.hasMore { _ = try router.receive(into: &message) }
        }
        try exchange()
        #expect(gate.close())
        let late = (0..<3).map { _ in Self.connection(path) }
        defer { for descriptor in late { close(descriptor) } }
        #expect(!Self.isGreeted(late[0], within: 200))
        try exchange()
        #expect(gate.open())
        for descriptor in late { #expect(Self.isGreeted(descriptor, within: 10_000)) }
        try exchange()
    }

    @Test(arguments: ["tcp://127.0.0.1:*", "tcp://*:*", "tcp://[::1]:*", "ipc://@rank-gate-abstract"]
    )
    func listenersAreFoundByTheirEndpointsAndNoOthers(_ place: String) throws {
        let context = try Context()
        let other = try Socket(.router, in: context, settings: .worker(maximumMessageSize: 1_024))
        try other.bind(Endpoint("tcp://127.0.0.1:*", for: .binding))
        let router = try Socket(.router, in: context, settings: .worker(maximumMessageSize: 1_024))
        let bound: Endpoint
        do {
            bound = try router.bind(Endpoint(place, for: .binding))
        } catch {
            // A machine without IPv6.
            #expect(place.contains("::"))
            return
        }
        #expect(try Self.gate([bound]).count == 1)
        #expect(ListenerGate(endpoints: ["tcp://127.0.0.1:1"]).count == 0)
    }
}
#endif
