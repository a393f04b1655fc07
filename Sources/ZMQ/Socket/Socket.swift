import CZMQ

/// A libzmq socket, owned by one thread and closed when it goes out of scope.
///
/// ```swift
/// let socket = try Socket(.router, in: context, settings: .worker(maximumMessageSize: 1 << 20))
/// let endpoint = try socket.bind(Endpoint("tcp://127.0.0.1:*", for: .binding))
/// var message = Message()
/// if try socket.receive(into: &message) { ... }
/// ```
///
/// A socket is not thread-safe, and not `Sendable`: an operating system thread (`OwnedThread`) makes, owns and closes
/// it. Never keep a socket in a task or an actor, whose threads must not block. A socket cannot be copied, so the
/// compiler rejects its use after ``close()`` and after a move.
public struct Socket: ~Copyable {
    /// The socket in C, shared with the pollers and monitors that watch it.
    let handle: SocketHandle

    /// Kept alive until the socket is closed.
    let context: Context

    /// The pattern that the socket follows.
    public let type: SocketType

    /// Makes a socket and applies its settings, before anything is bound or connected.
    ///
    /// - Parameters:
    ///   - type: The pattern of the socket.
    ///   - context: The socket's context, which the socket keeps alive.
    ///   - settings: Every option that a service must choose; see ``SocketSettings``.
    /// - Throws: `resourceExhausted` at the context's number of sockets or if fewer than eight descriptors are left,
    ///   `contextTerminated` after a shutdown, `invalidOption` for a setting that libzmq refuses.
    public init(_ type: SocketType, in context: Context, settings: SocketSettings) throws(ZMQError) {
        self = try Socket.make(type, in: context, settings: settings)
    }

    private init(handle: SocketHandle, context: Context, type: SocketType) {
        self.handle = handle
        self.context = context
        self.type = type
    }

    /// Apart from the initialiser, which could not end a socket that is only half set up.
    private static func make(
        _ type: SocketType,
        in context: Context,
        settings: SocketSettings
    ) throws(ZMQError) -> Socket {
        try DescriptorReserve.check(to: "make a \(type) socket", count: DescriptorReserve.socketCount)
        // https://libzmq.readthedocs.io/en/latest/zmq_socket.html
        guard let pointer = unsafe zmq_socket(context.pointer, type.rawValue) else {
            throw .failed(to: "make a \(type) socket")
        }
        let socket = unsafe Socket(handle: SocketHandle(pointer), context: context, type: type)
        try socket.apply(settings)
        return socket
    }

    deinit { handle.close() }

    /// Closes the socket now; the end of its scope does the same.
    ///
    /// Queued messages are sent in the background for as long as `linger` allows. Never blocks.
    public consuming func close() {}
}

@available(*, unavailable, message: "a socket belongs to the thread that made it")
extension Socket: Sendable {}

/// The pattern that a socket follows.
///
/// See <https://libzmq.readthedocs.io/en/latest/zmq_socket.html>.
public enum SocketType: Hashable, Sendable, CustomStringConvertible {
    /// Exclusive pair, for monitors and for threads of one process.
    case pair

    /// Strict request, then reply.
    case request

    /// Strict reply to each request.
    case reply

    /// Asynchronous requests to one peer or several in turn.
    case dealer

    /// Asynchronous replies to many peers, each addressed by the identity frame.
    case router

    /// The name that libzmq's manual uses.
    public var description: String {
        switch self {
        case .pair: "PAIR"
        case .request: "REQ"
        case .reply: "REP"
        case .dealer: "DEALER"
        case .router: "ROUTER"
        }
    }

    var rawValue: Int32 {
        switch self {
        case .pair: ZMQ_PAIR
        case .request: ZMQ_REQ
        case .reply: ZMQ_REP
        case .dealer: ZMQ_DEALER
        case .router: ZMQ_ROUTER
        }
    }
}
