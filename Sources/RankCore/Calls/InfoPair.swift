/// A key and its value in an INFO or STATS reply.
///
/// Readers skip keys that they do not know.
public struct InfoPair: Hashable, Sendable {
    /// The key, at most 65,535 bytes of UTF-8, unique in its reply.
    public var key: String
    /// The value, at most 65,535 bytes of UTF-8.
    public var value: String

    /// Describes a pair.
    public init(_ key: String, _ value: String) {
        self.key = key
        self.value = value
    }
}
