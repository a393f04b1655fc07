/// What a pool has done since it was made, beside answering calls.
public struct PoolCounters: Hashable, Sendable {
    /// SCORE requests sent, all kinds included.
    public var requests: UInt64 = 0
    /// Of these, those sent again because a worker was lost, left, refused, failed or fell silent.
    public var retries: UInt64 = 0
    /// Of these, those sent beside one that was late.
    public var hedges: UInt64 = 0
    /// How many times a worker was set aside.
    public var ejections: UInt64 = 0
    /// How many times a worker fell silent: it owed answers, its connection stood, and nothing came from it.
    public var silences: UInt64 = 0
    /// How many times the connection of a worker that was ready was lost.
    public var lostConnections: UInt64 = 0

    /// Nothing yet.
    public init() {}

    /// What was done since an earlier time.
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

    /// Counts a request that is sent, or takes one back that never left.
    mutating func note(_ reason: Flight.Reason, by change: Int64 = 1) {
        func add(_ count: inout UInt64) { count = UInt64(clamping: Int64(clamping: count) + change) }
        guard reason != .question else { return }
        add(&requests)
        if reason == .again { add(&retries) }
        if reason == .hedge { add(&hedges) }
    }
}
