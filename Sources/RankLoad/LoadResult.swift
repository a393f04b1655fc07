/// The result of a load.
public struct LoadResult: Sendable {
    /// The latencies of the requests answered with scores (nanoseconds).
    public var latencies = LatencyHistogram()
    /// The delay of requests behind their planned times: the client's own part of open-loop latencies (nanoseconds).
    public var lateness = LatencyHistogram()
    /// Requests whose time came.
    public var offered = 0
    /// Answered with scores, partial ones included.
    public var answered = 0
    /// The answered requests that were within the deadline.
    public var inTime = 0
    /// The answered requests that were partial.
    public var partial = 0
    /// Not answered with scores, by reason.
    public var errors: [String: Int] = [:]
    /// One message for each reason, where there are messages.
    public var examples: [String: String] = [:]
    /// The durations of calls that ended with an error; empty where they are not measured (nanoseconds).
    public var failureTimes = LatencyHistogram()
    /// The longest time by which a call, answered or not, exceeded its deadline; nil where that is not measured (ns).
    public var overrun: UInt64?
    /// Seconds of the load, without the wait for the last replies.
    public var seconds = 0.0
    /// Seconds of processor time that this process used.
    public var clientSeconds = 0.0

    /// An empty result.
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
