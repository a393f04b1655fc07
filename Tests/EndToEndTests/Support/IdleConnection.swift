import Foundation

/// A connection to an ipc endpoint that says nothing, until it goes out of scope.
final class IdleConnection: Sendable {
    private let descriptor: Int32

    /// Connects; nil where nobody listens, or where the queue of those that wait to be accepted is full.
    init?(_ path: String) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let hasRoom = withUnsafeMutableBytes(of: &address.sun_path) { room in
            guard path.utf8.count < room.count else { return false }
            room.copyBytes(from: path.utf8)
            return true
        }
        descriptor = hasRoom ? socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0) : -1
        guard descriptor >= 0 else { return nil }
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        let descriptor = descriptor
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                connect(descriptor, address, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard status == 0 else { return nil }
    }

    deinit {
        close(descriptor)
    }
}
