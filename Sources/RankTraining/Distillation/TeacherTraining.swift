import RankData
import RankEngine

/// A training of a factorisation machine that will teach one student.
///
/// One file keeps the checkpoints of both. While the teacher is trained the checkpoint is that of a factorisation
/// machine that is trained for itself; then it is the student's, with the teacher in it.
public struct TeacherTraining: Sendable {
    /// A trained teacher.
    public struct Result: Sendable {
        /// The teacher's model, as it would be written.
        public let model: TrainedModel
        /// The teacher as its student uses it.
        public let teacher: Teacher
        /// Tables and losses.
        let factors: FactorTraining.Result
    }

    private let options: FactorizationOptions
    private let training: FactorTraining

    /// Prepares a training.
    ///
    /// - Throws: `TrainingError` with code `invalidOption`.
    public init(_ options: FactorizationOptions) throws(TrainingError) {
        self.options = options
        training = try FactorTraining(options)
    }

    /// Trains the teacher, resumes its training, or takes the teacher from the checkpoint of its student.
    ///
    /// - Parameters:
    ///   - data: The data of teacher and student, with rows for users and items without ratings.
    ///   - checkpoints: The plan of the checkpoints to write and to resume; its interval counts sweeps.
    ///   - show: Called after each sweep, on the calling thread.
    /// - Returns: The teacher.
    /// - Throws: `TrainingError` as `FactorTraining` does.
    public func run(
        on data: TrainingData,
        checkpoints: CheckpointPlan? = nil,
        show: (FactorTraining.SweepReport) -> Void = { _ in }
    ) throws(TrainingError) -> Result {
        if let checkpoint = checkpoints?.resumed, checkpoint.isOfStudent {
            try checkpoint.requireMatch(identity(data), isWhole: false)
            return try result(FactorTraining.Result(checkpoint, "teacher_", data.set), on: data)
        }
        if let checkpoint = checkpoints?.resumed, let preset = checkpoint.member("preset"), preset != options.preset {
            let student = DistillationOptions.distilled.preset
            throw checkpoint.refusal("preset \(preset) (now \(student), whose teacher is \(options.preset))")
        }
        return try result(training.run(on: data, checkpoints: checkpoints, show: show), on: data)
    }

    /// A teacher that was trained before by these options.
    ///
    /// - Parameters:
    ///   - factors: The result of its training on `data`.
    ///   - data: The data of teacher and student.
    /// - Returns: The teacher.
    /// - Throws: `TrainingError` with code `engineFailed` when the weights do not make a model that scores.
    public func result(_ factors: FactorTraining.Result, on data: TrainingData) throws(TrainingError) -> Result {
        let model = try TrainedModel(factors: factors, on: data, options)
        let origin = Teacher.Origin.training(factors, identity: identity(data))
        return Result(model: model, teacher: try Teacher(model, of: data.set, origin), factors: factors)
    }

    /// The members of a student's checkpoint that tell that the teacher in it is this one.
    private func identity(_ data: TrainingData) -> [String: String] {
        var members = [
            "data_sha256": data.fingerprint.dataSHA256, "split_sha256": data.fingerprint.splitSHA256,
        ]
        let own = TrainingFingerprint(data, options).fields.merging(options.penaltyMembers) { own, _ in own }
        for (key, value) in own where !["data", "data_sha256", "split", "split_sha256"].contains(key) {
            members["teacher_" + key] = value
        }
        return members
    }
}

extension Checkpoint {
    /// Whether it was made while a student was trained.
    package var isOfStudent: Bool { member("preset") == DistillationOptions.distilled.preset }
}

extension CheckpointPlan {
    /// The plan of a student whose teacher was trained by the same plan: only a student's checkpoint is resumed.
    var ofStudent: CheckpointPlan {
        var plan = self
        if let resumed, !resumed.isOfStudent { plan.resumed = nil }
        return plan
    }
}
