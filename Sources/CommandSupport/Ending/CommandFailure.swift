import RankCore

/// The failure of a command: its exit code and its message.
public struct CommandFailure: Error, Sendable, Equatable {
    /// The exit code.
    public let status: ExitStatus
    /// The message: what was wrong, where, and what to do; printed on stderr behind `error: `.
    public let message: String

    /// A failure; control characters of the message, which may quote files, are replaced.
    public init(_ status: ExitStatus, _ message: String) {
        self.status = status
        self.message = oneLine(message)
    }
}

extension CommandFailure: CustomStringConvertible {
    /// The message.
    public var description: String { message }
}
