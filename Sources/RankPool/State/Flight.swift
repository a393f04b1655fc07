/// A request that is in flight.
package struct Flight: Sendable {
    /// The reason of a sending.
    package enum Reason: Sendable {
        /// The first sending of the part, or one for the sake of one model for the whole list.
        case first
        /// A worker was lost, left, refused or failed.
        case again
        /// The first sending is late.
        case hedge
        /// The request is no SCORE request.
        case question
    }

    /// The call or the greeting that it belongs to.
    package let requester: Requester
    package let part: Int
    package let link: LinkID
    package var reason = Reason.first
    /// The estimated time of its scoring (µs).
    package var cost = 0.0
    /// The estimated time from its sending to its answer (µs).
    package var expected = 0.0
    /// The time of its sending (µs).
    package var sentAt: Int64 = 0
    /// The time of the first sending of its part, which is earlier for a hedge (µs).
    package var startedAt: Int64 = 0
}
