public import RankEngine

/// A training of a network towards the scores of a teacher, from their singular vectors to the last step.
///
/// Each step draws users and items and learns the teacher's scores of all their pairs, whether rated or not; the
/// ratings only decide how often a row is drawn. Source: Hinton, Vinyals & Dean 2015.
public struct Distillation: Sendable {
    /// The version of the procedure; it grows whenever the same data, teacher and options give other weights.
    public static let version = "rank-distill/1"

    /// The losses of some steps.
    public struct StepReport: ProgressReport {
        /// Counted from 1.
        public let step: Int
        /// The mean squared distance from the teacher over the steps since the last report, each before its update.
        public let loss: Double
        /// The mean squared error of the test labels, had the distillation ended with the step; nil unless it was asked
        /// for, without a test set, and of what was done before a checkpoint that was made without.
        public let testLoss: Double?

        /// The word for what is counted.
        public static let unit = "step"
        /// The step.
        public var position: Int { step }
    }

    /// The product of a training.
    public struct Result: Sendable {
        /// The trained weights.
        ///
        /// Row 0 of each table, the one for unknown ids, has learnt what the teacher's does.
        public let network: RankingNetwork
        /// One report for each hundred steps, and for those after the last hundred.
        public let reports: [StepReport]
        /// The kernel that multiplied.
        public let kernel: Kernel
        /// The number of threads that computed.
        public let threads: Int
    }

    /// The largest number of scores of a teacher, users × items, that are held in memory: 8 bytes each at the
    /// start.
    static let scoreLimit = 1 << 26
    /// Steps between two reports; checkpoints are made where there is a report.
    public static let reportInterval = 100

    let options: DistillationOptions
    let kernel: Kernel
    let threads: Int

    /// Prepares a distillation.
    ///
    /// - Parameters:
    ///   - options: The options of the training.
    ///   - kernel: The kernel that multiplies. It changes no bit of the result.
    ///   - threads: The number of threads, one of `Training.threadCounts`. It changes no bit of the result.
    /// - Throws: `TrainingError` with code `invalidOption`.
    public init(_ options: DistillationOptions, kernel: Kernel = .best, threads: Int = 1) throws(TrainingError) {
        try options.validate()
        try Training.validate(threads: threads)
        self.options = options
        self.kernel = kernel
        self.threads = threads
    }

    /// Throws if the data are too large for a student, before its teacher is trained.
    ///
    /// - Parameter data: The data.
    /// - Throws: `TrainingError` with code `invalidOption` or `unsuitableData`, as `run` would.
    public func requireRoom(on data: TrainingData) throws(TrainingError) {
        _ = try DistillationRun.subject(options, data)
    }

    /// Trains.
    ///
    /// A checkpoint of the teacher's training is ignored here, because that training has resumed it: the student starts
    /// afresh.
    ///
    /// - Parameters:
    ///   - data: The data, with rows for users and items without ratings. Its test examples change no bit of the
    ///     result, nor do the labels of any.
    ///   - teacher: Made for the rows of `data`.
    ///   - checkpoints: The plan of the checkpoints to write and to resume; its interval counts reports.
    ///   - testingReports: Whether to find the test loss with each report, which takes time.
    ///   - show: Called after each report, on the calling thread. It does not influence the result.
    /// - Returns: The weights, and how far they were from the teacher.
    /// - Throws: `TrainingError` with code `diverged` when the loss is not finite, `invalidOption` for impossible
    ///   sizes, `unsuitableData` for more users × items than fit, `engineFailed` when the teacher's score is not finite
    ///   or a checkpoint cannot be written, `checkpointRefused` when the one to resume is of another run. An earlier
    ///   checkpoint is left as it was.
    public func run(
        on data: TrainingData,
        teacher: Teacher,
        checkpoints: CheckpointPlan? = nil,
        testingReports: Bool = false,
        show: (StepReport) -> Void = { _ in }
    ) throws(TrainingError) -> Result {
        let product = MatrixProduct(kernel, team: Team(threads: threads))
        var run = try DistillationRun(options, data, teacher, product, testingReports: testingReports)
        let plan = if case .training = teacher.origin { checkpoints?.ofStudent } else { checkpoints }
        return try run.complete(plan, show: show)
    }
}
