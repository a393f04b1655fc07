package import RankProtocol

/// What is known about the way to one worker.
///
/// Pure: the thread reports events, nothing here does I/O.
package struct Link: Sendable {
    /// How far the way is open.
    package enum Condition: Hashable, Sendable {
        /// The name is being resolved.
        case resolving
        /// A connection is being made, for the first time or again.
        case connecting
        /// Something is listening there, and the handshake is not done yet.
        case handshaking
        /// The connection stands, and the worker has been asked what it is.
        case introducing
        /// The worker's scoring thread has answered: it may get requests.
        case ready
        /// The last attempt failed; another one follows by itself.
        case failed
    }

    /// The endpoint, as the user reads it in errors.
    package let endpoint: String
    package var condition: Condition
    /// What went wrong last, kept until the worker is ready.
    package var failure: (status: Status, reason: String)?
    /// Failed handshakes without a detail, in a row.
    package var silentHandshakeFailures = 0
    package var isDraining = false
    package var isNotServing = false
    /// The model of its latest reply.
    package var model: ModelID = .unspecified
    package var limits: FrameLimits = .default
    /// The requests it has not answered yet.
    package var inFlight: Set<RequestID> = []
    /// When it was last given a request, as a count of requests.
    package var lastUse: UInt64 = 0
    /// Its queue was full or not there yet; until this time nothing is offered to it.
    package var blockedUntil: Int64 = 0

    package init(endpoint: String, condition: Condition) {
        self.endpoint = endpoint
        self.condition = condition
    }

    /// Whether a connection may come about without another failure in between.
    var isUnderway: Bool {
        switch condition {
        case .resolving, .connecting, .handshaking, .introducing: true
        case .ready, .failed: false
        }
    }

    /// The link's part of an error.
    var cause: PoolError.Cause {
        let state =
            switch condition {
            case .resolving: "its name is not resolved yet"
            case .connecting: "not connected yet"
            case .handshaking: "reached, but the ZeroMQ handshake is not done; is it a worker?"
            case .introducing: "connected, but has not answered INFO yet"
            case .ready: inFlight.isEmpty ? "ready" : "\(inFlight.count) requests in flight"
            case .failed: "not connected"
            }
        guard let failure else { return PoolError.Cause(endpoint: endpoint, reason: state) }
        return PoolError.Cause(
            endpoint: endpoint,
            reason: condition == .failed ? failure.reason : "\(state), after: \(failure.reason)"
        )
    }

    mutating func fail(_ status: Status, _ reason: String) {
        condition = .failed
        failure = (status, reason)
    }
}
