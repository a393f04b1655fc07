import CLibrary

/// A failure of the operating system: a stable code for programs, a message for people.
///
/// Other modules turn it into their own error at their border: see ``SystemErrorConvertible``.
package struct SystemError: Error, Hashable, Sendable {
    /// The kind of failure, and the remedy.
    ///
    /// The set is open: new members may be added, so a `switch` over it needs a `default`.
    package struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The name of the member, as it appears in texts.
        package let description: String

        /// A file or a directory cannot be opened or read: correct the path or its permissions.
        package static let unreadable = Code(description: "unreadable")

        /// The output cannot be written: make room for it, or write elsewhere.
        package static let unwritable = Code(description: "unwritable")

        /// Descriptors, threads or memory ran out: raise the limit, or ask for less.
        package static let resourceExhausted = Code(description: "resource exhausted")

        /// The operation does not fit the state of its object.
        package static let invalidOperation = Code(description: "invalid operation")

        /// Any other failure; ``SystemError/errorNumber`` says which.
        package static let system = Code(description: "system error")
    }

    /// The kind of failure.
    package var code: Code

    /// The failure, its place and its remedy: one line without a final stop.
    package var message: String

    /// The system call that failed, such as "open"; empty if none did.
    package var call: String

    /// The path concerned, if there is one.
    package var path: String?

    /// The `errno` value behind the failure; 0 if no call failed.
    package var errorNumber: Int32

    /// Makes an error.
    ///
    /// - Parameters:
    ///   - code: The kind of failure.
    ///   - message: What failed, where, and what to do.
    ///   - call: The system call that failed.
    ///   - path: The path concerned.
    ///   - errorNumber: The `errno` value of the call.
    package init(_ code: Code, _ message: String, call: String = "", path: String? = nil, errorNumber: Int32 = 0) {
        self.code = code
        self.message = message
        self.call = call
        self.path = path
        self.errorNumber = errorNumber
    }

    /// The system's text for ``errorNumber``.
    package var reason: String { SystemCall.text(of: errorNumber) }

    /// Whether a path or a name in it is longer than the system takes.
    package var isNameTooLong: Bool { errorNumber == ENAMETOOLONG }

    /// The error of a call that has just failed.
    ///
    /// - Parameters:
    ///   - operation: The attempt as a phrase: "start the thread rank-pool".
    ///   - call: The system call.
    ///   - errorNumber: The value of `errno`.
    /// - Returns: The error, with the code that the number stands for.
    static func failed(to operation: String, call: String, errorNumber: Int32 = errno) -> SystemError {
        let isShort = [EMFILE, ENFILE, ENOMEM, EAGAIN].contains(errorNumber)
        let advice = [EMFILE, ENFILE].contains(errorNumber) ? "; raise the limit of open files (ulimit -n)" : ""
        let reason = SystemCall.text(of: errorNumber)
        return SystemError(
            isShort ? .resourceExhausted : .system,
            "cannot \(operation): \(reason) (errno \(errorNumber))\(advice)",
            call: call,
            errorNumber: errorNumber
        )
    }
}

extension SystemError: CustomStringConvertible {
    /// The code and the message.
    package var description: String { "\(code): \(message)" }
}
