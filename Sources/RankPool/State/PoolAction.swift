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
