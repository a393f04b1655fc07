/// Why a worker does not start or had to stop.
///
/// Requests never cause one: a bad request is answered with a status (docs/reference/protocol.md).
public struct ServiceError: Error, Sendable, CustomStringConvertible {
    /// The kind of a failure, and with it the side that has to act.
    ///
    /// The set is open: new members may be added, so a `switch` over it needs a `default`.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The name of the member, as it appears in texts.
        public let description: String

        private init(_ description: String) {
            self.description = description
        }

        /// The configuration cannot work; nothing was tried.
        ///
        /// Fix the configuration.
        public static let invalidConfiguration = Code("invalid configuration")

        /// An endpoint cannot be bound or resolved: in use, not of this machine, or forbidden.
        public static let endpointUnavailable = Code("endpoint unavailable")

        /// No version of the model proves itself: supply another one, or fix it.
        public static let modelRefused = Code("model refused")

        /// The system has no descriptor, thread or socket left for a worker: raise the limit, or run fewer.
        public static let resourceExhausted = Code("resource exhausted")

        /// The worker itself failed.
        ///
        /// Report it; another start may help.
        public static let internalFailure = Code("internal failure")
    }

    /// The kind of the failure.
    public var code: Code

    /// The operation that failed, its place, and the remedy.
    public var message: String

    /// The error of the transport behind it, where there is one.
    public var cause: (any Error)?

    /// Describes a failure.
    package init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    /// The code and the message.
    public var description: String { "\(code): \(message)" }
}
