/// The number that matches a reply to its request.
///
/// The client chooses the id; it is unique among the client's outstanding requests on one connection.
/// A worker answers a malformed frame whose id it could not read with 0.
public struct RequestID: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// The number on the wire.
    public let rawValue: UInt64

    /// Wraps a number.
    public init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// The id of a reply to a frame whose own id could not be read.
    public static let unreadable = RequestID(rawValue: 0)

    /// The number in decimal.
    public var description: String { "\(rawValue)" }
}
