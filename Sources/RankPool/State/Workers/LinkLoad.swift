/// How much work waits at one worker, as far as this pool knows.
package struct LinkLoad: Sendable {
    /// The estimated µs of the requests that this pool has in flight there.
    package private(set) var inFlight = 0.0
    /// What the worker reported last, with what was sent since.
    private var backlog = 0.0
    private var time: Int64 = 0

    package init() {}

    /// The µs that a request sent now would wait.
    ///
    /// A report counts every client's requests but grows old: it melts with the time that has passed. What this pool has
    /// in flight is known for certain.
    package func wait(now: Int64) -> Double { max(inFlight, aged(now)) }

    private func aged(_ now: Int64) -> Double { max(0, backlog - Double(max(0, now - time))) }

    /// A request was sent.
    package mutating func sent(_ cost: Double, now: Int64) {
        backlog = aged(now) + cost
        time = now
        inFlight += cost
    }

    /// A request is no longer out.
    package mutating func landed(_ cost: Double) {
        inFlight = max(0, inFlight - cost)
    }

    /// A reply said how long a request would wait.
    package mutating func reported(_ microseconds: UInt32, now: Int64) {
        backlog = Double(microseconds)
        time = now
    }

    /// The connection is gone, and with it everything that was sent.
    package mutating func reset() { self = LinkLoad() }
}
