import Synchronization

/// Ends the wait of a thread in ``Socket/receive(into:waiting:)``: to wait there instead of in a poll saves a system
/// call for each message.
///
/// The thread hangs it up at its ROUTER, and looks at what it shares with others whenever it receives an identity with
/// an empty frame behind it, the shape of a probe. Others ring.
///
/// ```swift
/// try doorbell.hang(at: router, in: context)
/// defer { doorbell.takeDown() }
/// ```
public final class Doorbell: Sendable {
    private static let name = "doorbell"

    /// While it hangs, so that nobody reaches for a context that has ended.
    private let context = Mutex<Context?>(nil)

    /// A bell that hangs nowhere yet.
    public init() {}

    /// Hangs the bell up; the only one of its context.
    ///
    /// - Parameters:
    ///   - socket: A ROUTER of the calling thread.
    ///   - context: The socket's context. It cannot end before ``takeDown()``.
    /// - Throws: `addressInUse` if another bell hangs there.
    public func hang(at socket: borrowing Socket, in context: Context) throws(ZMQError) {
        try socket.bind(Endpoint(address: .inproc(name: Self.name)))
        self.context.withLock { $0 = context }
    }

    /// Takes the bell down: from now on nobody hears it.
    public func takeDown() {
        // Let go outside the lock, since the end of a context can wait.
        _ = context.withLock { $0.take() }
    }

    /// Lets the socket receive an empty message.
    ///
    /// Waits for nothing. Where descriptors ran out nothing is sent, so a thread that must not miss a ring also has a
    /// time-out on its receive.
    public func ring() {
        context.withLock { context in
            guard let context else { return }
            // A socket of this thread alone: rings are rare, and sockets do not change threads.
            guard let socket = try? Socket(.dealer, in: context, settings: .client(maximumMessageSize: 0)),
                (try? socket.connect(Endpoint(address: .inproc(name: Self.name)))) != nil
            else { return }
            _ = try? socket.send(copying: RawSpan())
        }
    }
}
