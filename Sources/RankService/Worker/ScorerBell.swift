import ZMQ

/// Tells the scoring thread to look at what others want of it, whatever it waits in.
struct ScorerBell: Sendable {
    /// Says that there is something to look at, and ends a poll.
    let flag: WakeUp.Bell

    /// Ends a receive.
    let doorbell: Doorbell

    /// Safe on every thread; never waits.
    func ring() {
        flag.ring()
        doorbell.ring()
    }
}
