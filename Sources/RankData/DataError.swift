import RankCore

/// Why data could not be read, split or written.
///
/// The message names the file, the line where there is one, what was found and what was expected.
public struct DataError: Error, Sendable {
    /// The kind of error, and with it what fixes it.
    ///
    /// The set is open: later versions may add codes.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private let name: String

        /// The code's name, for logs.
        public var description: String { name }

        /// The path does not exist or cannot be read: correct the path or its permissions.
        public static let unreadable = Code(name: "unreadable")
        /// The contents are not what the format asks for: repair the file.
        public static let malformed = Code(name: "malformed")
        /// Each file is well formed, but they do not belong together: put matching files in the directory.
        public static let inconsistent = Code(name: "inconsistent")
        /// An argument makes no sense: correct the call.
        public static let invalidArgument = Code(name: "invalidArgument")
        /// The output could not be written; nothing of it was left behind.
        public static let unwritable = Code(name: "unwritable")
    }

    /// The kind of error.
    public let code: Code
    /// The message: what was wrong, where, and what was expected instead.
    public let message: String
    /// The failed system call, where one failed.
    public let cause: (any Error)?

    package init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message.printable(limit: 1_999)
        self.cause = cause
    }

    /// An error at a line of a file, lines counted from 1.
    static func at(_ line: Int, of file: String, _ message: String, code: Code = .malformed) -> DataError {
        DataError(code, "\(file):\(line): \(message)")
    }
}

extension DataError: CustomStringConvertible {
    /// The message.
    public var description: String { message }
}
