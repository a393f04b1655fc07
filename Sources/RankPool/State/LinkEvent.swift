package import RankCore
import RankProtocol
package import ZMQ

/// An event at a worker's socket.
package enum LinkEvent: Hashable, Sendable {
    /// The name of the endpoint has been resolved; a connection is being made.
    case resolved
    /// A peer is listening at the endpoint.
    case reached
    /// The connection stands and the handshake is done.
    case connected
    /// The connection is gone, and with it every request in flight.
    case lost
    /// A handshake failed without a reason: the peer died, or the server key is wrong.
    case handshakeBroken
    /// No socket could be made, because there are no descriptors or sockets left.
    case unopened(reason: String)
    /// An attempt failed.
    case failed(Status, reason: String)

    /// Translates an event of the socket's monitor; nil for events without news.
    package init?(_ kind: SocketEvent.Kind) {
        switch kind {
        case .connected: self = .reached
        case .handshakeSucceeded: self = .connected
        case .disconnected: self = .lost
        // `connectRetried` only announces an attempt; one that failed shows as a close without a connection.
        case .closed:
            self = .failed(.unavailable, reason: "connection refused or host unreachable; is a worker listening there?")
        case .handshakeFailedNoDetail: self = .handshakeBroken
        case .handshakeFailedProtocol:
            self = .failed(.unavailable, reason: "the peer does not speak ZeroMQ, or demands a key")
        case .handshakeFailedAuthentication(let status):
            self = .failed(
                .unauthenticated,
                reason: "the peer refused the key (ZAP status \(status)); correct the keys"
            )
        default: return nil
        }
    }
}
