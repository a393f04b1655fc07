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
        /// It is no longer in the list; it gets nothing new, and may still answer.
        case leaving
        /// It has left, and its place may be given to another worker.
        case gone
    }

    /// The endpoint, as the user reads it in errors.
    package let endpoint: String
    /// The endpoint's hash, for rendezvous.
    let hash: UInt64
    /// Whether a source named it, and may take it back.
    let isListed: Bool
    package var condition: Condition
    /// What went wrong last, kept until the worker is ready.
    package var failure: (status: Status, reason: String)?
    /// When another attempt to make its socket is due, where there is none.
    package var opensAt: Int64?
    /// Failed handshakes without a detail, in a row.
    package var silentHandshakeFailures = 0
    package var isDraining = false
    package var isNotServing = false
    /// The model of its latest reply.
    package var model: ModelID = .unspecified
    package var limits: FrameLimits = .default
    /// The score of candidates that a model has no time for, with the model that it belongs to.
    package var prior: (model: ModelID, score: Float)?
    /// The requests it has not answered yet.
    package var inFlight: Set<RequestID> = []
    /// What its requests cost.
    package var cost = ReplyCostModel()
    /// How much work waits there.
    package var load = LinkLoad()
    /// Whether it is set aside, and what share of the work it gets.
    package var health = WorkerHealthRecord()
    /// Whether it shows a sign of life while it owes answers.
    package var silence = SilenceWatch.idle
    /// It asked not to be sent a retry before this time.
    package var pausedUntil: Int64 = 0
    /// When it was last given a request, as a count of requests.
    package var lastUse: UInt64 = 0
    /// Its queue was full or not there yet; until this time nothing is offered to it.
    package var blockedUntil: Int64 = 0

    package init(endpoint: String, condition: Condition, isListed: Bool = false) {
        self.endpoint = endpoint
        self.isListed = isListed
        self.condition = condition
        hash = RandomSource.hash(endpoint)
    }

    /// Whether a connection may come about without another failure in between.
    var isUnderway: Bool {
        switch condition {
        case .resolving, .connecting, .handshaking, .introducing: true
        case .ready, .failed, .leaving, .gone: false
        }
    }

    /// Whether it is no longer in the list.
    var isRetired: Bool { condition == .leaving || condition == .gone }

    /// The link's part of an error.
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

    /// Whether this pool may have another request in flight there.
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
