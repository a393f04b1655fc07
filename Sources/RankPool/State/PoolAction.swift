package import RankProtocol

/// What the thread has to do next.
package enum PoolAction: Sendable {
    /// Send a request; report `blocked` if the socket does not take it.
    case send(RequestID, to: LinkID)
    /// Tell a worker that nobody waits for a request any more; best effort.
    case cancel(RequestID, at: LinkID, as: RequestID)
    /// Make the socket that could not be made before; report `resolved` or `unopened`.
    case open(LinkID)
    /// Close the way to a worker that has left.
    case close(LinkID)
    /// Hand an outcome to whoever waits for it, once.
    case finish(CallID, Result<CallOutcome, PoolError>)
}

/// What a call wants.
package enum CallTask: Sendable {
    case score(ScoreWork)
    /// A question to one worker.
    case control(WorkerQuestion, LinkID)
}

/// What is asked of one worker and no other.
package enum WorkerQuestion: Hashable, Sendable {
    case info
    case health
    case stats
    case catalog(CatalogQuestion)
}

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

    package let call: CallID
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
