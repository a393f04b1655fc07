import ZMQ

/// A socket of a worker, shared by reference within its thread.
final class WorkerSocket {
    let socket: Socket

    /// A proxy deals requests to this socket, and would go on doing so if they were refused.
    let isProxied: Bool

    init(_ socket: consuming Socket, isProxied: Bool = false) {
        self.socket = socket
        self.isProxied = isProxied
    }
}
