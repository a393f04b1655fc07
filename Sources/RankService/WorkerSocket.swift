import ZMQ

/// A socket of a worker, shared by reference within its thread.
final class WorkerSocket {
    let socket: Socket

    init(_ socket: consuming Socket) {
        self.socket = socket
    }
}
