/// The cost of one request of a call.
public struct PartReport: Hashable, Sendable {
    /// The endpoint of the worker that answered.
    public var endpoint: String
    /// The candidates of the request.
    public var candidateCount: Int
    /// The number of times that the request was sent.
    public var attempts: Int
    /// The worker's measurements.
    public var timings: ScoreTimings

    /// Describes a request.
    public init(endpoint: String, candidateCount: Int, attempts: Int, timings: ScoreTimings) {
        self.endpoint = endpoint
        self.candidateCount = candidateCount
        self.attempts = attempts
        self.timings = timings
    }
}
