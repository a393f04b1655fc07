package import RankCore
package import RankProtocol

/// The connection to one worker, and the worker's state.
///
/// Pure: the thread reports events, and no member does I/O.
package struct Link: Sendable {
    /// The state of the connection.
    package enum Condition: Hashable, Sendable {
        /// The name is being resolved.
        case resolving
        /// A connection is being made, for the first time or again.
        case connecting
        /// A peer is listening, and the handshake is not done yet.
        case handshaking
        /// The connection is established, and the worker has been asked for INFO.
        case introducing
        /// The worker's scoring thread has answered: the worker may get requests.
        case ready
        /// The last attempt failed; libzmq makes another one.
        case failed
        /// The worker is no longer in the list; it gets no new requests, and may still answer.
        case leaving
        /// The worker has left, and its place may be given to another one.
        case gone
    }

    /// The endpoint, as shown in errors.
    package let endpoint: String
    /// The endpoint's hash, for rendezvous.
    let hash: UInt64
    /// Whether a source listed the worker, and may remove it.
    let isListed: Bool
    package var condition: Condition
    /// The last failure, kept until the worker is ready.
    package var failure: (status: Status, reason: String)?
    /// The time of the next attempt to make the socket, if there is none (µs).
    package var opensAt: Int64?
    /// The number of failed handshakes without a reason, in a row.
    package var silentHandshakeFailures = 0
    package var isDraining = false
    package var isNotServing = false
    /// The model of its latest reply.
    package var model: ModelID = .unspecified
    package var limits: FrameLimits = .default
    /// The score of candidates that were not scored in time, with its model.
    package var prior: (model: ModelID, score: Float)?
    /// The requests that the worker has not answered yet.
    package var inFlight: Set<RequestID> = []
    /// The cost of the worker's requests.
    package var cost = ReplyCostModel()
    /// The work that waits at the worker.
    package var load = LinkLoad()
    /// Whether the worker is set aside, and its share of the work.
    package var health = WorkerHealthRecord()
    /// Whether frames come from the worker while it owes answers.
    package var silence = SilenceWatch.idle
    /// The end of the pause that the worker asked for (µs).
    package var pausedUntil: Int64 = 0
    /// The number of the last request that the worker was given, among all requests.
    package var lastUse: UInt64 = 0
    /// The end of the pause after the socket's queue was full or missing (µs).
    package var blockedUntil: Int64 = 0

    package init(endpoint: String, condition: Condition, isListed: Bool = false) {
        self.endpoint = endpoint
        self.isListed = isListed
        self.condition = condition
        hash = TextHash.of(endpoint)
    }

    /// Whether the first attempt to connect is still going on.
    var isUnderway: Bool {
        switch condition {
        case .resolving, .connecting, .handshaking, .introducing: true
        case .ready, .failed, .leaving, .gone: false
        }
    }

    /// Whether the worker is no longer in the list.
    var isRetired: Bool { condition == .leaving || condition == .gone }

    /// The worker's cause in an error.
    var cause: PoolError.Cause {
        let state =
            switch condition {
            case .resolving: "its name is not resolved yet"
            case .connecting: "not connected yet"
            case .handshaking: "reached, but the ZeroMQ handshake is not done; is it a worker?"
            case .introducing: "connected, but has not answered INFO yet"
            case .ready where inFlight.isEmpty: "ready"
            case .ready: "\(inFlight.count) \(inFlight.count == 1 ? "request" : "requests") in flight"
            case .failed: "not connected"
            case .leaving, .gone: "no longer in the list"
            }
        guard let failure else { return PoolError.Cause(endpoint: endpoint, reason: state) }
        return PoolError.Cause(
            endpoint: endpoint,
            reason: condition == .failed ? failure.reason : "\(state), after: \(failure.reason)"
        )
    }

    /// Whether the window of the worker has room for another request.
    func hasRoom(for cost: @autoclosure () -> Double, within window: CreditWindow, now: Int64) -> Bool {
        guard blockedUntil <= now, inFlight.count < window.requests else { return false }
        // One request is always allowed, however long it takes.
        guard let limit = window.microseconds, !inFlight.isEmpty else { return true }
        return load.inFlight + cost() <= limit
    }

    mutating func fail(_ status: Status, _ reason: String) {
        condition = .failed
        failure = (status, reason)
    }
}
