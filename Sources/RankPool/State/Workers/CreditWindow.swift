/// The most that a pool has in flight at one worker; requests beyond it wait in the client, within their deadlines.
///
/// A request that waits in the client can go to the first worker that is free; a request that waits at a worker cannot.
public struct CreditWindow: Hashable, Sendable {
    /// The most requests.
    public let requests: Int
    /// The most scoring time, by the cost per candidate that the worker's replies show; nil = no bound.
    ///
    /// A worker without requests gets one, however long it takes.
    public let scoring: Duration?

    /// 256 requests and 100 ms of scoring.
    public static let `default` = CreditWindow(checkedRequests: 256, scoring: .milliseconds(100))

    /// No bound but the transport's own: overload shows at the workers.
    public static let unlimited = CreditWindow(checkedRequests: .max, scoring: nil)

    /// Describes a window.
    ///
    /// - Parameters:
    ///   - requests: 1 or more.
    ///   - scoring: more than 0; nil = no bound.
    /// - Throws: INVALID_ARGUMENT that names the value and the bounds.
    public init(
        requests: Int = Self.default.requests,
        scoring: Duration? = Self.default.scoring
    ) throws(PoolError) {
        guard requests >= 1 else { throw .outOfBounds("window.requests", "\(requests)", "1 or more") }
        if let scoring, scoring <= .zero { throw .outOfBounds("window.scoring", "\(scoring)", "more than 0") }
        self.init(checkedRequests: requests, scoring: scoring)
    }

    private init(checkedRequests requests: Int, scoring: Duration?) {
        self.requests = requests
        self.scoring = scoring
    }

    /// The most scoring time (µs).
    package var microseconds: Double? { scoring.map { Double($0.wholeMicroseconds) } }
}
