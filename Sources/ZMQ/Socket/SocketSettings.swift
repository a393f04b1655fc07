import CZMQ

/// The options that a ranking service must choose itself, because libzmq's defaults hang, drop or grow.
///
/// Start from ``worker(maximumMessageSize:)`` or ``client(maximumMessageSize:)`` and change single members. There is
/// no ZMTP heartbeat among them: on a connecting socket with a finite receive queue it can abort the process
/// (libzmq #3937, #4229, #4767), and it would show only that the peer's I/O thread lives.
public struct SocketSettings: Hashable, Sendable {
    /// Milliseconds for which a closed socket goes on sending.
    public var linger: Int32

    /// Whether messages are queued only for peers that are connected.
    public var immediate: Bool

    /// The largest frame in bytes that a peer may send before it is cut off.
    public var maximumMessageSize: Int64

    /// How many messages wait for each peer before a send answers `wouldBlock`.
    public var sendHighWaterMark: Int32

    /// How many received messages wait per peer before libzmq stops reading.
    public var receiveHighWaterMark: Int32

    /// Milliseconds within which a new connection must finish its handshake.
    public var handshakeTimeout: Int32

    /// How many connections may wait to be accepted.
    public var backlog: Int32

    /// Milliseconds before the first new attempt to connect.
    public var reconnectInterval: Int32

    /// The limit in milliseconds up to which that time doubles.
    public var maximumReconnectInterval: Int32

    /// Milliseconds before an attempt to connect is given up.
    public var connectTimeout: Int32

    /// Whether a ROUTER reports what it cannot deliver; other types ignore it.
    public var routerMandatory: Bool

    /// The settings of a worker's socket: a ROUTER that is bound, or a DEALER behind a proxy.
    ///
    /// A ROUTER reports what it cannot deliver, and never lets a new peer take an old one's identity. After its close
    /// it sends for at most one second.
    ///
    /// - Parameter maximumMessageSize: The limit of the protocol in bytes.
    /// - Returns: Settings with short queues, so that requests wait in the worker's own timed queue.
    public static func worker(maximumMessageSize: Int64) -> SocketSettings {
        SocketSettings(
            linger: 1_000,
            immediate: true,
            maximumMessageSize: maximumMessageSize,
            sendHighWaterMark: 1_000,
            receiveHighWaterMark: 64,
            handshakeTimeout: 3_000,
            backlog: 1_024,
            reconnectInterval: 50,
            maximumReconnectInterval: 1_000,
            connectTimeout: 1_000,
            routerMandatory: true
        )
    }

    /// The settings of a client's socket: one DEALER per worker.
    ///
    /// Nothing is queued for a worker that is not connected, a close drops what was not sent, and a lost worker is
    /// tried again after 50 ms, then at growing intervals of up to a second.
    ///
    /// - Parameter maximumMessageSize: The limit of the protocol in bytes.
    /// - Returns: Settings for a socket whose sends never wait.
    public static func client(maximumMessageSize: Int64) -> SocketSettings {
        SocketSettings(
            linger: 0,
            immediate: true,
            maximumMessageSize: maximumMessageSize,
            sendHighWaterMark: 1_000,
            receiveHighWaterMark: 1_000,
            handshakeTimeout: 3_000,
            backlog: 1_024,
            reconnectInterval: 50,
            maximumReconnectInterval: 1_000,
            connectTimeout: 1_000,
            routerMandatory: true
        )
    }
}

extension Socket {
    /// Applies settings to a socket that has neither been bound nor connected.
    func apply(_ settings: SocketSettings) throws(ZMQError) {
        try set(.linger, to: settings.linger)
        try set(.immediate, to: settings.immediate)
        try set(.maximumMessageSize, to: settings.maximumMessageSize)
        try set(.sendHighWaterMark, to: settings.sendHighWaterMark)
        try set(.receiveHighWaterMark, to: settings.receiveHighWaterMark)
        try set(.handshakeTimeout, to: settings.handshakeTimeout)
        try set(.backlog, to: settings.backlog)
        try set(.reconnectInterval, to: settings.reconnectInterval)
        try set(.maximumReconnectInterval, to: settings.maximumReconnectInterval)
        try set(.connectTimeout, to: settings.connectTimeout)
        if type == .router {
            try set(.routerMandatory, to: settings.routerMandatory)
            try set(.routerHandover, to: false)
        }
    }
}
