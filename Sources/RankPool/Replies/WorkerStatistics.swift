public import RankCore

/// A worker's answer to STATS: its counts since its start, and its load.
public struct WorkerStatistics: Hashable, Sendable {
    /// Every count, in the worker's order; keys that docs/reference/protocol.md does not name included.
    public var properties: [InfoPair]
    /// The worker's model.
    public var model: ModelID
    /// The time that a request arriving now would wait (µs).
    public var backlogMicroseconds: UInt32
    /// Whether the worker is leaving.
    public var isDraining: Bool
    /// Whether the worker does not serve.
    public var isNotServing: Bool

    /// The count of a key; nil if the worker names none, or no number.
    public subscript(key: String) -> UInt64? {
        properties.first { $0.key == key }.flatMap { UInt64($0.value) }
    }
}
