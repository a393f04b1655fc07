/// Why a load could not be made: the only error of this module.
public struct LoadError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of failure.
    public struct Code: Hashable, Sendable {
        private let name: String

        private init(_ name: String) { self.name = name }

        /// A worker is not connected within the time for it: start it, or fix the endpoint.
        public static let unavailable = Code("unavailable")
        /// The transport or the system failed: look at the message.
        public static let transport = Code("transport")
    }

    /// The kind of failure.
    public let code: Code
    /// The message: what was wrong, where, and what to do.
    public let message: String

    /// Describes a failure.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The message.
    public var description: String { message }
}
