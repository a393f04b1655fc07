import CZMQ

/// The options that a ranking service must choose itself, because libzmq's defaults hang, drop or grow.
///
/// Start from ``worker(maximumMessageSize:)`` or ``client(maximumMessageSize:)`` and change single members. There is
/// no ZMTP heartbeat among them: on a connecting socket with a finite receive queue it can abort the process
/// (libzmq #3937, #4229, #4767), and it would show only that the peer's I/O thread lives.
public struct SocketSettings: Hashable, Sendable {
    /// The time for which a closed socket goes on sending (ms).
    public var linger: Int32

    /// Whether messages are queued only for peers that are connected.
    public var immediate: Bool

    /// The largest frame that a peer may send before it is disconnected (bytes).
    public var maximumMessageSize: Int64

    /// The number of messages that wait for each peer before a send answers `wouldBlock`.
    public var sendHighWaterMark: Int32

    /// The number of received messages that wait per peer before libzmq stops reading.
    public var receiveHighWaterMark: Int32

    /// The time within which a new connection must finish its handshake (ms).
    public var handshakeTimeout: Int32

    /// The number of connections that may wait to be accepted.
    public var backlog: Int32

    /// The time before the first new attempt to connect (ms).
    public var reconnectInterval: Int32

    /// The limit up to which the time between attempts doubles (ms).
    public var maximumReconnectInterval: Int32

    /// The time before an attempt to connect is given up (ms).
    public var connectTimeout: Int32

    /// Whether a ROUTER reports messages that it cannot deliver; other types ignore the setting.
    public var routerMandatory: Bool

    /// The settings of a worker's socket: a ROUTER that is bound, or a DEALER behind a proxy.
    ///
    /// A ROUTER reports messages that it cannot deliver, and never lets a new peer take an old one's identity. After
    /// its close the socket sends for at most one second.
    ///
    /// - Parameter maximumMessageSize: The limit of the protocol (bytes).
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
    /// Nothing is queued for a worker that is not connected, a close drops unsent messages, and a lost connection is
    /// tried again after 50 ms, then at growing intervals of up to a second.
    ///
    /// - Parameter maximumMessageSize: The limit of the protocol (bytes).
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
