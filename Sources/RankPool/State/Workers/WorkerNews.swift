/// A change in the use of a worker, of which the pool's log has one line.
package enum WorkerNews: Hashable, Sendable {
    /// The worker is set aside for a time (µs), after a failure that was one of several in a row.
    case setAside(microseconds: Int64, failure: String)
    /// The time for which the worker was set aside is over.
    case usedAgain
    /// The worker owes answers and says nothing: it gets no new requests.
    case silent
    /// A frame has come from a worker that was silent.
    case heardAgain
}
