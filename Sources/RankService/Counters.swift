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
}
