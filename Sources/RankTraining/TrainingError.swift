/// An error of training, evaluation or prediction.
///
/// The message says what was wrong, where, and what to do about it.
public struct TrainingError: Error, Sendable {
    /// The kind of error, which says who can fix it.
    ///
    /// The set is open: later versions may add codes.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private let name: String

        /// The code's name, for logs.
        public var description: String { name }

        /// An option makes no sense, alone or with the others: correct the call.
        public static let invalidOption = Code(name: "invalidOption")
        /// The data cannot be trained or tested on: bring other data or another split.
        public static let unsuitableData = Code(name: "unsuitableData")
        /// The model is not of the kind that the call needs: bring another model.
        public static let unsuitableModel = Code(name: "unsuitableModel")
        /// The model was trained on other data or another split: bring those, or insist.
        public static let fingerprintMismatch = Code(name: "fingerprintMismatch")
        /// A checkpoint is damaged, or of another run or version: give the options and the data it was made with, or
        /// train anew.
        public static let checkpointRefused = Code(name: "checkpointRefused")
        /// A weight or the loss is no longer finite: lower the learning rate or repair the data.
        public static let diverged = Code(name: "diverged")
        /// The engine refused a model, a kernel or a score: `cause` is its error.
        public static let engineFailed = Code(name: "engineFailed")
    }

    /// The kind of error.
    public let code: Code
    /// The message: what was wrong, where, and what to do.
    public let message: String
    /// The error underneath, where there is one.
    public let cause: (any Error)?

    package init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }
}

extension TrainingError: CustomStringConvertible {
    /// The message.
    public var description: String { message }
}
