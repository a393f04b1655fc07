package import RankProtocol

/// One thing that a worker says of itself, by a key of docs/PROTOCOL.md.
public struct WorkerProperty: Hashable, Sendable {
    /// The name of the property.
    public var key: String
    /// The value, as the worker wrote it.
    public var value: String

    /// Describes a property.
    public init(key: String, value: String) {
        self.key = key
        self.value = value
    }

    /// The property that a pair of a frame tells.
    package init(_ pair: InfoPair) {
        self.init(key: pair.key, value: pair.value)
    }
}
