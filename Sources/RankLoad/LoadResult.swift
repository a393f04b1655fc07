/// What a load found.
public struct LoadResult: Sendable {
    /// Latencies of the requests answered with scores, in nanoseconds.
    public var latencies = LatencyHistogram()
    /// How much later than planned requests were sent, in nanoseconds: the client's own part of open-loop latencies.
    public var lateness = LatencyHistogram()
    /// Requests whose time came.
    public var offered = 0
    /// Answered with scores, partial ones included.
    public var answered = 0
    /// Of these, within the deadline.
    public var inTime = 0
    /// Of these, partial.
    public var partial = 0
    /// Not answered with scores, by reason.
    public var errors: [String: Int] = [:]
    /// One message for each reason, where there are messages.
    public var examples: [String: String] = [:]
    /// How long calls took that ended with an error, in nanoseconds; empty where that is not measured.
    public var failureTimes = LatencyHistogram()
    /// How much longer than its deadline a call took at most, answered or not, in nanoseconds; nil where that is not
    /// measured.
    public var overrun: UInt64?
    /// Seconds of the load, without the wait for the last replies.
    public var seconds = 0.0
    /// Seconds of processor time that this process used.
    public var clientSeconds = 0.0

    /// Nothing yet.
    public init() {}

    /// Requests answered in time, per second.
    public var goodput: Double { seconds > 0 ? Double(inTime) / seconds : 0 }

    /// Requests that ended as an error, or not at all.
    public var failed: Int { errors.values.reduce(0, +) }

    /// Takes another result as a further part of the same load.
    public mutating func add(_ other: LoadResult) {
        latencies.add(other.latencies)
        lateness.add(other.lateness)
        offered += other.offered
        answered += other.answered
        inTime += other.inTime
        partial += other.partial
        errors.merge(other.errors) { $0 + $1 }
        examples.merge(other.examples) { first, _ in first }
        failureTimes.add(other.failureTimes)
        if let other = other.overrun { overrun = max(overrun ?? 0, other) }
        seconds += other.seconds
        clientSeconds += other.clientSeconds
    }
}
