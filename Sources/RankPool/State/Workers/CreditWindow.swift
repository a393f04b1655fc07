/// How much a pool has in flight at one worker at most; what is over it waits in the client, within its deadline.
///
/// What waits in the client can go to whichever worker is free first, what waits at a worker cannot.
public struct CreditWindow: Hashable, Sendable {
    /// The most requests.
    public var requests: Int
    /// The most scoring time, by the cost per candidate learned from the worker's replies; nil = no bound.
    ///
    /// A worker without requests gets one, however long it takes.
    public var scoring: Duration?

    /// Describes a window; at least one request.
    public init(requests: Int = 256, scoring: Duration? = .milliseconds(100)) {
        self.requests = max(1, requests)
        self.scoring = scoring
    }

    /// No bound but the transport's own: overload shows at the workers.
    public static let unlimited = CreditWindow(requests: .max, scoring: nil)

    /// `scoring` in µs.
    package var microseconds: Double? { scoring.map { Double($0.wholeMicroseconds) } }
}
