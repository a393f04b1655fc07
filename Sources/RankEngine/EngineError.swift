import RankCore

/// What went wrong while a model was read, written or asked for scores.
public struct EngineError: Error, Sendable, CustomStringConvertible {
    /// The kind of failure, and with it who can do something about it.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// The code's name, as shown in messages and logs.
        public let description: String

        private init(_ description: String) {
            self.description = description
        }

        /// The file cannot be opened, mapped or read: mend the path or its permissions.
        public static let cannotRead = Code("cannot read")
        /// The file is not a whole, valid model of a known version: get the file again, or the right one.
        public static let modelRefused = Code("model refused")
        /// The values given do not make a model: mend the program that made them.
        public static let invalidModel = Code("invalid model")
        /// The output cannot be written; nothing was left behind and an older file is untouched, unless the message
        /// says that the new one is there and only its survival of a power failure is not certain.
        public static let cannotWrite = Code("cannot write")
        /// The query does not fit the ranker (kind of ids, features, counts): mend the request.
        public static let invalidQuery = Code("invalid query")
        /// The model has never seen the user or a candidate, and the call allows no substitute: fix the request, or allow
        /// one.
        public static let unknownID = Code("unknown id")
        /// A score is not a finite number: the model's weights are too large for this pair.
        public static let scoreNotFinite = Code("score not finite")
        /// What is to serve does not give the golden scores on this machine, bit for bit: choose another plan or kernel,
        /// and report it.
        public static let selfCheckFailed = Code("self-check failed")
        /// No kernel has that name, or this CPU cannot run it: choose another.
        public static let kernelUnavailable = Code("kernel unavailable")
        /// The tables of the plan that was asked for do not fit the memory budget: raise it, or choose another plan.
        public static let budgetTooSmall = Code("budget too small")
        /// The plugin cannot be loaded, is of another version, refuses its model or options, or breaks its rules: mend
        /// what the message names, or take another plugin.
        public static let pluginRefused = Code("plugin refused")
        /// A plugin that served failed to score: report it to whoever wrote it.
        public static let pluginFailed = Code("plugin failed")
        /// The model cannot be served in the precision that was asked for, or its scores would be further from those in
        /// float32 than the limit: choose another precision, or another limit.
        public static let precisionRefused = Code("precision refused")
    }

    /// The kind of failure.
    public let code: Code
    /// What was wrong, where, and what to do.
    public let message: String
    /// The position of the candidate concerned in the query's list, where there is one.
    public let position: Int?
    /// The `errno` of the system call that failed, where there is one.
    public let errno: CInt?

    /// The most Unicode scalars of a message.
    private static let messageLimit = 1000

    package init(_ code: Code, _ message: String, position: Int? = nil, errno: CInt? = nil) {
        self.code = code
        self.message = message.printable(limit: Self.messageLimit)
        self.position = position
        self.errno = errno
    }

    /// The code and the message in one line.
    public var description: String {
        "\(code.description): \(message)"
    }
}
