/// A figure that a worker counts from its start on; its raw value is the key that STATS, `/info` and `rank-client
/// status` know it by (docs/reference/protocol.md).
///
/// The cases stand in the order of a STATS reply. A new counter is one case here and one row there.
package enum WorkerCounter: String, CaseIterable, Sendable {
    /// Requests that were taken up, of every kind; a message without a usable envelope is none.
    case requests

    /// Replies made, errors included.
    case replies

    /// Replies of the kind ERROR.
    case errors

    /// Candidates scored.
    case candidates

    /// Messages without a usable envelope, dropped.
    case malformed

    /// Replies that could not be handed to the transport: the peer is gone or its queue is full.
    case unsent

    /// The sum of the times from arrival to the start of scoring, in microseconds.
    case queueMicroseconds = "queue_us"

    /// The sum of the times that scoring took, in microseconds.
    case computeMicroseconds = "compute_us"

    /// Requests refused because they could not be answered before their deadline.
    case refusedDeadline = "refused_deadline"

    /// Requests refused because they would have waited longer than the limit.
    case refusedQueueLimit = "refused_queue_limit"

    /// Requests refused because their client had too many waiting.
    case refusedClientShare = "refused_client_share"

    /// Requests whose time was over at their arrival, at their start or before they were scored.
    case expired

    /// Requests taken back by a CANCEL.
    case cancelled

    /// Requests dropped because their client has gone.
    case abandoned
}
