/// The counts of a pool since its start.
public struct PoolCounters: Hashable, Sendable {
    /// The SCORE requests sent, retries and hedges included.
    public var requests: UInt64 = 0
    /// The requests among them that were sent again because a worker was lost, left, refused, failed or fell silent.
    public var retries: UInt64 = 0
    /// The requests among them that were sent beside a late one.
    public var hedges: UInt64 = 0
    /// The number of times that a worker was set aside.
    public var ejections: UInt64 = 0
    /// The number of times that a worker fell silent: it owed answers, was connected, and sent nothing.
    public var silences: UInt64 = 0
    /// The number of times that the connection of a ready worker was lost.
    public var lostConnections: UInt64 = 0

    /// Makes counts of zero.
    public init() {}

    /// The difference to earlier counts.
    public func since(_ earlier: PoolCounters) -> PoolCounters {
        var rest = self
        rest.requests &-= earlier.requests
        rest.retries &-= earlier.retries
        rest.hedges &-= earlier.hedges
        rest.ejections &-= earlier.ejections
        rest.silences &-= earlier.silences
        rest.lostConnections &-= earlier.lostConnections
        return rest
    }

    /// Counts a request that is sent, or takes one back that was never sent.
    mutating func note(_ reason: Flight.Reason, by change: Int64 = 1) {
        func add(_ count: inout UInt64) { count = UInt64(clamping: Int64(clamping: count) + change) }
        guard reason != .question else { return }
        add(&requests)
        if reason == .again { add(&retries) }
        if reason == .hedge { add(&hedges) }
    }
}
