import RankCore

/// A failure to read or write a model or to score.
public struct EngineError: Error, Sendable, CustomStringConvertible {
    /// The kind of a failure; its documentation says how to fix it.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// The code's name, as shown in messages and logs.
        public let description: String

        private init(_ description: String) {
            self.description = description
        }

        /// The file cannot be opened, mapped or read: fix the path or its permissions.
        public static let cannotRead = Code("cannot read")
        /// The file is not a whole, valid model of a known version: get the file again, or the right one.
        public static let modelRefused = Code("model refused")
        /// The values given do not make a model: fix the program that made them.
        public static let invalidModel = Code("invalid model")
        /// The output cannot be written.
        ///
        /// No file was left behind and an older file is unchanged, unless the message says that the new file is in
        /// place and only a power failure could still lose it.
        public static let cannotWrite = Code("cannot write")
        /// The query does not fit the ranker (kind of ids, features, counts): fix the request.
        public static let invalidQuery = Code("invalid query")
        /// The model has never seen the user or a candidate, and the call allows no substitute: fix the request, or
        /// allow one.
        public static let unknownID = Code("unknown id")
        /// A score is not a finite number: the model's weights are too large for this pair.
        public static let scoreNotFinite = Code("score not finite")
        /// The ranker does not reproduce the golden scores bit for bit on this machine: choose another plan or kernel,
        /// and report the failure.
        public static let selfCheckFailed = Code("self-check failed")
        /// No kernel has that name, this CPU cannot run the kernel, or it lacks the precision: choose another kernel.
        public static let kernelUnavailable = Code("kernel unavailable")
        /// The tables of the plan do not fit the memory budget: raise the budget, or choose another plan.
        public static let budgetTooSmall = Code("budget too small")
        /// The plugin cannot be loaded, is of another version, refuses its model or options, or breaks the rules: fix
        /// what the message names, or use another plugin.
        public static let pluginRefused = Code("plugin refused")
        /// A plugin failed to score while it served: report the failure to its author.
        public static let pluginFailed = Code("plugin failed")
        /// The model cannot be served in the precision, or its scores are further from those in float32 than the limit:
        /// choose another precision, or another limit.
        public static let precisionRefused = Code("precision refused")
        /// No upper bound of the model's scores can be proved, or none is of use: choose the plan auto or plain for
        /// lists of the best.
        public static let boundRefused = Code("bound refused")
    }

    /// The kind of failure.
    public let code: Code
    /// The cause, the place, and the remedy.
    public let message: String
    /// The position of the candidate in the query's list, where the failure is about one.
    public let position: Int?
    /// The `errno` of the system call that failed, if one did.
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
