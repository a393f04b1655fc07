import CZMQ

/// Something that happened to one connection of a monitored socket.
///
/// See <https://libzmq.readthedocs.io/en/latest/zmq_socket_monitor.html>. A port without a listener shows as
/// `connectDelayed`, then `closed` and `connectRetried` without a `connected`: libzmq keeps the `errno` to itself.
public struct SocketEvent: Hashable, Sendable {
    /// The kind of event.
    public enum Kind: Hashable, Sendable {
        /// The transport is connected; the handshake follows.
        case connected

        /// An attempt to connect is under way, with its `errno` (usually `EINPROGRESS`).
        case connectDelayed(errorNumber: Int32)

        /// An attempt failed; the next one comes after this many milliseconds.
        case connectRetried(afterMilliseconds: Int32)

        /// The socket listens.
        case listening

        /// The socket could not bind, with its `errno`.
        case bindFailed(errorNumber: Int32)

        /// A peer's connection was accepted.
        case accepted

        /// A peer's connection could not be accepted, with its `errno`, such as `EMFILE`.
        case acceptFailed(errorNumber: Int32)

        /// A connection, or an attempt at one, was closed on this side.
        case closed

        /// A close failed, with its `errno`.
        case closeFailed(errorNumber: Int32)

        /// The peer is gone: messages sent to it and not answered are lost.
        ///
        /// A frame sent now may still be taken for the lost connection, and be lost with it: send again only after the
        /// next `handshakeSucceeded`.
        case disconnected

        /// The handshake is done: the peer can be used.
        case handshakeSucceeded

        /// The connection broke during the handshake, with its `errno`: a peer that died, or a wrong server key.
        case handshakeFailedNoDetail(errorNumber: Int32)

        /// The handshake broke the protocol, with a `ZMQ_PROTOCOL_ERROR_*`: a foreign protocol, or no key at all.
        case handshakeFailedProtocol(code: UInt32)

        /// The peer refused the key, with the ZAP status: 300, 400 or 500.
        case handshakeFailedAuthentication(status: Int32)

        /// The last event: the monitor ended, or its socket was closed.
        case monitorStopped

        /// An event that this module does not know, with its number and value.
        case other(event: UInt16, value: UInt32)
    }

    /// The kind of event.
    public let kind: Kind

    /// The endpoint concerned, as libzmq writes it; empty for the last event.
    public let address: String

    /// Makes an event, as a test of a state machine needs it.
    ///
    /// - Parameters:
    ///   - kind: The kind of event.
    ///   - address: The endpoint concerned.
    public init(kind: Kind, address: String) {
        self.kind = kind
        self.address = address
    }
}

extension SocketEvent.Kind {
    /// Reads libzmq's two numbers.
    ///
    /// - Parameters:
    ///   - event: One of `ZMQ_EVENT_*`.
    ///   - value: The event's value.
    package init(event: UInt16, value: UInt32) {
        let number = Int32(bitPattern: value)
        self =
            switch Int32(event) {
            case ZMQ_EVENT_CONNECTED: .connected
            case ZMQ_EVENT_CONNECT_DELAYED: .connectDelayed(errorNumber: number)
            case ZMQ_EVENT_CONNECT_RETRIED: .connectRetried(afterMilliseconds: number)
            case ZMQ_EVENT_LISTENING: .listening
            case ZMQ_EVENT_BIND_FAILED: .bindFailed(errorNumber: number)
            case ZMQ_EVENT_ACCEPTED: .accepted
            case ZMQ_EVENT_ACCEPT_FAILED: .acceptFailed(errorNumber: number)
            case ZMQ_EVENT_CLOSED: .closed
            case ZMQ_EVENT_CLOSE_FAILED: .closeFailed(errorNumber: number)
            case ZMQ_EVENT_DISCONNECTED: .disconnected
            case ZMQ_EVENT_MONITOR_STOPPED: .monitorStopped
            case ZMQ_EVENT_HANDSHAKE_SUCCEEDED: .handshakeSucceeded
            case ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL: .handshakeFailedNoDetail(errorNumber: number)
            case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL: .handshakeFailedProtocol(code: value)
            case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH: .handshakeFailedAuthentication(status: number)
            default: .other(event: event, value: value)
            }
    }
}
