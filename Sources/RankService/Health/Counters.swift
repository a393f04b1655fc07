/// What a worker has counted since it started.
///
/// Written by its thread alone, and read by it for STATS.
struct Counters {
    /// Requests that were taken up, of every kind; a message without a usable envelope is none.
    var requests: UInt64 = 0

    /// Replies made, errors included.
    var replies: UInt64 = 0

    /// Replies of the kind ERROR.
    var errors: UInt64 = 0

    /// Candidates scored.
    var candidates: UInt64 = 0

    /// Messages without a usable envelope, dropped.
    var malformed: UInt64 = 0

    /// Replies that could not be handed to the transport: the peer is gone or its queue is full.
    var unsent: UInt64 = 0

    /// The sum of the times from arrival to the start of scoring, in microseconds.
    var queueMicroseconds: UInt64 = 0

    /// The sum of the times that scoring took, in microseconds.
    var computeMicroseconds: UInt64 = 0

    /// Requests refused because they could not be answered before their deadline.
    var refusedDeadline: UInt64 = 0

    /// Requests refused because they would have waited longer than the limit.
    var refusedQueueLimit: UInt64 = 0

    /// Requests refused because their client had too many waiting.
    var refusedClientShare: UInt64 = 0

    /// Requests whose time was over at their arrival, at their start or before they were scored.
    var expired: UInt64 = 0

    /// Requests taken back by a CANCEL.
    var cancelled: UInt64 = 0

    /// Requests dropped because their client has gone.
    var abandoned: UInt64 = 0
}
