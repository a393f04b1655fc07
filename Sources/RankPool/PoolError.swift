public import RankCore

/// The failure of a call: the only error of this module.
///
/// `code.advice` says who has to act; `causes` gives the state of each worker that mattered.
public struct PoolError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The contribution of one worker, or of the connection to it.
    public struct Cause: Hashable, Sendable, CustomStringConvertible {
        /// The worker's endpoint.
        public var endpoint: String
        /// The event at the worker.
        public var reason: String

        /// Describes a cause; a long reason is cut, and control characters are removed.
        public init(endpoint: String, reason: String) {
            self.endpoint = endpoint
            self.reason = reason.printable(limit: 1_000)
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
    /// The problem and the remedy.
    public var message: String
    /// One line for each worker that mattered.
    public var causes: [Cause]
    /// The query that a worker complained about; 0 for a single list.
    public var queryIndex: Int?
    /// The candidate that a worker complained about, as an index into the whole list.
    public var candidateIndex: Int?
    /// The pause before a retry that an overloaded worker asks for.
    public var retryAfter: Duration?

    /// Describes an error; a long message is cut, and control characters, which a peer may have sent, are removed.
    public init(
        _ code: Status,
        _ message: String,
        causes: [Cause] = [],
        queryIndex: Int? = nil,
        candidateIndex: Int? = nil,
        retryAfter: Duration? = nil
    ) {
        self.code = code
        self.message = message.printable(limit: 2_000)
        self.causes = causes
        self.queryIndex = queryIndex
        self.candidateIndex = candidateIndex
        self.retryAfter = retryAfter
    }

    /// Code, message and causes in one line that stays readable with hundreds of workers: each reason once, with the
    /// first endpoints that it holds for.
    public var description: String {
        "\(code): \(message)" + (causes.isEmpty ? "" : " [\(Self.summary(of: causes))]")
    }

    /// The most reasons in a line, and the most endpoints of each.
    private static let (mostReasons, mostEndpoints) = (8, 3)

    private static func summary(of causes: [Cause]) -> String {
        var reasons: [String] = []
        var endpoints: [String: [String]] = [:]
        for cause in causes {
            if endpoints[cause.reason] == nil { reasons.append(cause.reason) }
            endpoints[cause.reason, default: []].append(cause.endpoint)
        }
        var lines = reasons.prefix(mostReasons).map { reason in
            let all = endpoints[reason] ?? []
            let rest = all.count > mostEndpoints ? " and \(all.count - mostEndpoints) more" : ""
            return "\(all.prefix(mostEndpoints).joined(separator: ", "))\(rest): \(reason)"
        }
        let others = reasons.dropFirst(mostReasons).reduce(0) { $0 + (endpoints[$1]?.count ?? 0) }
        if others > 0 { lines.append("and \(others) more for other reasons") }
        return lines.joined(separator: "; ")
    }
}
