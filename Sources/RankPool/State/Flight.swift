/// A request that is out.
package struct Flight: Sendable {
    /// Why it was sent.
    package enum Reason: Sendable {
        /// For the first time, or to have one model for the whole list.
        case first
        /// Because a worker was lost, left, refused or failed.
        case again
        /// Because the first is late.
        case hedge
        /// It is no SCORE request.
        case question
    }

    /// The call or the greeting that it belongs to.
    package let requester: Requester
    package let part: Int
    package let link: LinkID
    package var reason = Reason.first
    /// The estimated µs of its scoring.
    package var cost = 0.0
    /// The estimated µs until its answer, when it was sent.
    package var expected = 0.0
    /// When it was sent.
    package var sentAt: Int64 = 0
    /// When its part was first sent to a worker: earlier for a hedge.
    package var startedAt: Int64 = 0
}
