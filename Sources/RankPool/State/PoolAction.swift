package import RankProtocol

/// A task of the pool's thread.
package enum PoolAction: Sendable {
    /// Send a request; report `blocked` if the socket does not take it.
    case send(RequestID, to: LinkID)
    /// Tell a worker that a request is no longer wanted; best effort.
    case cancel(RequestID, at: LinkID, as: RequestID)
    /// Make the socket that could not be made before; report `resolved` or `unopened` afterwards.
    case open(LinkID)
    /// Close the way to a worker that has left.
    case close(LinkID)
    /// Tell the pool's log of a change in the use of a worker.
    case tell(WorkerNews, of: LinkID)
    /// Hand an outcome to the caller, once.
    case finish(CallID, Result<CallOutcome, PoolError>)
}
