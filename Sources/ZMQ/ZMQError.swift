/// A failure of this module: a stable code for programs, a message for people.
///
/// A full queue (`EAGAIN`) and a peer that left (`EHOSTUNREACH`) are not errors: see ``SendOutcome``. An interrupted
/// call (`EINTR`) is repeated inside the module and never seen outside it.
public struct ZMQError: Error, Hashable, Sendable {
    /// The kind of failure, and the remedy.
    ///
    /// The set is open: new members may be added, so a `switch` over it needs a `default`.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The name of the member, as it appears in texts.
        public let description: String

        /// The endpoint's text is wrong; nothing was tried.
        ///
        /// Fix the configuration.
        public static let invalidEndpoint = Code(description: "invalid endpoint")

        /// Another socket is bound to this address or path.
        ///
        /// Stop the other program, or choose another address.
        public static let addressInUse = Code(description: "address in use")

        /// The address does not belong to this machine, or the directory of an ipc path does not exist.
        public static let addressNotAvailable = Code(description: "address not available")

        /// The operating system refuses access to the port or the path.
        public static let permissionDenied = Code(description: "permission denied")

        /// A host name did not resolve.
        ///
        /// The name may resolve later: retry with a delay.
        public static let nameNotResolved = Code(description: "name not resolved")

        /// The context was shut down.
        ///
        /// The thread that sees this closes its sockets and ends.
        public static let contextTerminated = Code(description: "context terminated")

        /// The operation does not fit the socket's type or its state, such as two sends in a row on a REQ.
        public static let invalidOperation = Code(description: "invalid operation")

        /// An option's value is out of its range.
        ///
        /// Fix the configuration.
        public static let invalidOption = Code(description: "invalid option")

        /// Descriptors, sockets, threads or memory ran out.
        ///
        /// Raise the limit, or ask for less.
        public static let resourceExhausted = Code(description: "resource exhausted")

        /// Any other failure; ``ZMQError/errorNumber`` says which.
        public static let system = Code(description: "system error")
    }

    /// The kind of failure.
    public var code: Code

    /// The failure, its place and its remedy: one line without a final stop.
    public var message: String

    /// The `errno` value behind the failure, libzmq's own values included; 0 if no call failed.
    public var errorNumber: Int32

    /// Makes an error.
    ///
    /// - Parameters:
    ///   - code: The kind of failure.
    ///   - message: What failed, where, and what to do.
    ///   - errorNumber: The `errno` value behind it, or 0.
    public init(code: Code, message: String, errorNumber: Int32 = 0) {
        self.code = code
        self.message = message
        self.errorNumber = errorNumber
    }
}

extension ZMQError: CustomStringConvertible {
    /// The code and the message.
    public var description: String { "\(code): \(message)" }
}
