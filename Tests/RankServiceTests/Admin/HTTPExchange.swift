import RankSystem
import TestSupport
import Testing

/// A connection to an admin server on loopback, by plain system calls.
final class HTTPExchange {
    private let descriptor: Int32

    /// Connects; reads and writes give up after ten seconds.
    ///
    /// - Parameter address: As `AdminServer.address` gives it, with an IPv4 address.
    /// - Throws: If no server listens there.
    init(_ address: String) throws {
        let port = try #require(address.split(separator: ":").last.flatMap { UInt16($0) })
        #if canImport(Glibc)
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
        descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        try #require(descriptor >= 0)
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
        }
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_port = port.bigEndian
        place.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let status = withUnsafePointer(to: &place) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                connect(descriptor, address, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(status == 0)
    }

    deinit {
        close(descriptor)
    }

    /// Sends bytes; a peer that has closed is no error.
    func send(_ bytes: some Sequence<UInt8>) {
        let bytes = Array(bytes)
        #if canImport(Darwin)
        _ = Darwin.send(descriptor, bytes, bytes.count, 0)
        #else
        _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        #endif
    }

    /// All that comes until the peer closes.
    func receive() -> String {
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { return String(decoding: text, as: UTF8.self) }
            text += buffer[0..<count]
        }
    }

    /// The status and the body of a page.
    static func get(_ target: String, at address: String, method: String = "GET") throws -> (status: Int, body: String)
    {
        let exchange = try HTTPExchange(address)
        exchange.send("\(method) \(target) HTTP/1.1\r\nHost: x\r\n\r\n".utf8)
        let reply = exchange.receive()
        let status = try #require(reply.split(separator: " ").dropFirst().first.flatMap { Int($0) })
        let end = try #require(reply.firstRange(of: "\r\n\r\n"))
        return (status, String(reply[end.upperBound...]))
    }
}
