public import RankProtocol

/// Why a call failed: the only error of this module.
///
/// `code.advice` says who has to act; `causes` says what is known about each worker that mattered.
public struct PoolError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What one worker, or the way to it, contributed.
    public struct Cause: Hashable, Sendable, CustomStringConvertible {
        /// The worker's endpoint.
        public var endpoint: String
        /// What happened there.
        public var reason: String

        /// Describes a cause.
        public init(endpoint: String, reason: String) {
            self.endpoint = endpoint
            self.reason = reason
        }

        /// Endpoint and reason.
        public var description: String { "\(endpoint): \(reason)" }
    }

    /// gRPC's code.
    ///
    /// CANCELLED: the task was cancelled. DEADLINE_EXCEEDED: the time was over. UNAVAILABLE: no worker
    /// could be reached, or the last one was lost. UNAUTHENTICATED: every worker refused the key. ABORTED: the parts
    /// of a list came from different models, which are never mixed. Every other code is a worker's.
    public var code: Status
    /// What was wrong and what to do.
    public var message: String
    /// One line for each worker that mattered.
    public var causes: [Cause]
    /// The query that a worker complained about; 0 for a single list.
    public var queryIndex: Int?
    /// The candidate that a worker complained about, as an index into the whole list.
    public var candidateIndex: Int?
    /// How long an overloaded worker asks to wait before a retry.
    public var retryAfter: Duration?

    /// Describes an error.
    public init(
        _ code: Status,
        _ message: String,
        causes: [Cause] = [],
        queryIndex: Int? = nil,
        candidateIndex: Int? = nil,
        retryAfter: Duration? = nil
    ) {
        self.code = code
        self.message = message
        self.causes = causes
        self.queryIndex = queryIndex
        self.candidateIndex = candidateIndex
        self.retryAfter = retryAfter
    }

    /// Code, message and causes in one line.
    public var description: String {
        let list = causes.map(\.description).joined(separator: "; ")
        return "\(code): \(message)" + (list.isEmpty ? "" : " [\(list)]")
    }
}
