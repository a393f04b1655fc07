public import RankProtocol

/// A worker's answer to STATS: what it has counted since it started, and its load now.
public struct WorkerStatistics: Hashable, Sendable {
    /// Every pair, in the worker's order; keys not named in docs/reference/protocol.md included.
    public var pairs: [InfoPair]
    /// The model it holds.
    public var model: ModelID
    /// How long a request that arrives now would wait, in microseconds.
    public var backlogMicroseconds: UInt32
    /// Whether it is leaving.
    public var isDraining: Bool
    /// Whether it does not serve.
    public var isNotServing: Bool

    /// The count of a key; nil where the worker names none, or no number.
    public subscript(key: String) -> UInt64? {
        pairs.first { $0.key == key }.flatMap { UInt64($0.value) }
    }
}
