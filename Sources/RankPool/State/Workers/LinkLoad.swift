/// The work that waits at one worker, as far as this pool knows.
package struct LinkLoad: Sendable {
    /// The estimated time of the requests that this pool has in flight there (µs).
    package private(set) var inFlight = 0.0
    /// The worker's last report, with the requests sent since (µs).
    private var backlog = 0.0
    private var time: Int64 = 0

    package init() {}

    /// The time that a request sent now would wait (µs).
    ///
    /// A report counts every client's requests but ages: the time since then is subtracted. The requests that this pool
    /// has in flight are known for certain.
    package func wait(now: Int64) -> Double { max(inFlight, aged(now)) }

    private func aged(_ now: Int64) -> Double { max(0, backlog - Double(max(0, now - time))) }

    /// Notes a request that was sent.
    package mutating func sent(_ cost: Double, now: Int64) {
        backlog = aged(now) + cost
        time = now
        inFlight += cost
    }

    /// Notes a request that is no longer in flight.
    package mutating func landed(_ cost: Double) {
        inFlight = max(0, inFlight - cost)
    }

    /// Notes the backlog that a reply reported (µs).
    package mutating func reported(_ microseconds: UInt32, now: Int64) {
        backlog = Double(microseconds)
        time = now
    }

    /// Forgets everything that was sent on a connection that is gone.
    package mutating func reset() { self = LinkLoad() }
}
