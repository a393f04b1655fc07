import Synchronization

/// Ends the wait of a thread in ``Socket/receive(into:waiting:)``.
///
/// Waiting in a receive instead of a poll saves a system call for each message. The thread hangs the bell at its
/// ROUTER, and examines the state that it shares with other threads whenever it receives an identity followed by an
/// empty frame, the shape of a probe. Other threads ring.
///
/// ```swift
/// try doorbell.hang(at: router, in: context)
/// defer { doorbell.takeDown() }
/// ```
public final class Doorbell: Sendable {
    private static let name = "doorbell"

    /// Set while the bell hangs, so that no ring uses a context that has ended.
    private let context = Mutex<Context?>(nil)

    /// Makes a bell that does not hang yet.
    public init() {}

    /// Hangs the bell at a socket; a context has one bell at most.
    ///
    /// - Parameters:
    ///   - socket: A ROUTER of the calling thread.
    ///   - context: The socket's context, which does not end before ``takeDown()``.
    /// - Throws: `addressInUse` if another bell hangs there.
    public func hang(at socket: borrowing Socket, in context: Context) throws(ZMQError) {
        try socket.bind(Endpoint(address: .inproc(name: Self.name)))
        self.context.withLock { $0 = context }
    }

    /// Takes the bell down: later rings have no effect.
    public func takeDown() {
        // Released outside the lock, because the end of a context can wait.
        _ = context.withLock { $0.take() }
    }

    /// Sends the socket an empty message.
    ///
    /// Never blocks. If descriptors ran out nothing is sent, so a thread that must not miss a ring also needs a
    /// time-out on its receive.
    public func ring() {
        context.withLock { context in
            guard let context else { return }
            // A new socket for each ring: rings are rare, and a socket belongs to one thread.
            guard let socket = try? Socket(.dealer, in: context, settings: .client(maximumMessageSize: 0)),
                (try? socket.connect(Endpoint(address: .inproc(name: Self.name)))) != nil
            else { return }
            _ = try? socket.send(copying: RawSpan())
        }
    }
}
