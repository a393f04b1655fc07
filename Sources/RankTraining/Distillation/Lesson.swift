public import RankData
import RankEngine

/// A factorisation machine that was trained to teach one student.
///
/// One file keeps the checkpoints of both. While the teacher is trained it is that of a factorisation machine, as if it
/// were trained for itself; then it is the student's, with the teacher in it.
public struct Lesson: Sendable {
    /// The teacher, as it would be written.
    public let factors: TrainedFactors
    /// The same for its student.
    public let teacher: Teacher
    /// What a student's checkpoint tells of it.
    let origin: DistillationRun.TeacherOrigin

    /// Trains a teacher, goes on with its training, or takes it from the checkpoint of its student.
    ///
    /// - Parameters:
    ///   - options: What to train.
    ///   - set: The rows of teacher and student, made from `data` and `split`, with those who have no rating.
    ///   - data: The data set.
    ///   - split: Its split.
    ///   - spec: How the split was asked for.
    ///   - checkpoints: Where to keep what it takes to go on after an interruption, and where to go on; its interval
    ///     counts sweeps.
    ///   - show: Called after each sweep, on the calling thread.
    /// - Throws: `TrainingError` as `FactorTraining` does.
    public init(
        _ options: FactorizationOptions,
        _ set: TrainingSet,
        _ data: DataSet,
        _ split: Split,
        as spec: SplitSpec,
        checkpoints: CheckpointPlan? = nil,
        show: (FactorTraining.SweepReport) -> Void = { _ in }
    ) throws(TrainingError) {
        let fingerprint = checkpoints?.data ?? DataFingerprint(data, split, as: spec)
        let identity = Self.identity(fingerprint, options, set, data)
        let training = try FactorTraining(options)
        let result: FactorTraining.Result
        if let checkpoint = checkpoints?.resumed, checkpoint.isOfStudent {
            try checkpoint.requireMatch(identity, isWhole: false)
            result = try FactorTraining.Result(checkpoint, set)
        } else {
            if let checkpoint = checkpoints?.resumed, let preset = checkpoint.member("preset"),
                preset != options.preset
            {
                let student = DistillationOptions.distilled.preset
                throw checkpoint.refusal("preset \(preset) (now \(student), whose teacher is \(options.preset))")
            }
            result = try training.run(on: set, data, checkpoints: checkpoints, show: show)
        }
        factors = try TrainedFactors(result, set, data, split, as: spec, options)
        teacher = try Teacher(factors, of: set)
        origin = .training(result, identity: identity)
    }

    /// What the checkpoint of a student must have been made with, so that the teacher in it is this one.
    private static func identity(
        _ fingerprint: DataFingerprint,
        _ options: FactorizationOptions,
        _ set: TrainingSet,
        _ data: DataSet
    ) -> [String: String] {
        var members = ["data_sha256": fingerprint.dataSHA256, "split_sha256": fingerprint.splitSHA256]
        let own = fingerprint.training(options, ratings: set.training.count, data).fields
            .merging(options.penaltyMembers) { own, _ in own }
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
    /// What a student has to do about checkpoints whose teacher was trained by the same plan.
    ///
    /// That of a teacher is where the teacher went on from.
    var ofStudent: CheckpointPlan {
        var plan = self
        if let resumed, !resumed.isOfStudent { plan.resumed = nil }
        return plan
    }
}

// MARK: - The teacher in a checkpoint

extension FactorTraining.Result {
    /// The names of a checkpoint's tensors.
    private enum Name {
        static let users = "teacher_users"
        static let userBiases = "teacher_user_biases"
        static let candidates = "teacher_items"
        static let candidateBiases = "teacher_item_biases"
        static let mean = "teacher_mean"
        /// The loss of each sweep.
        static let losses = "teacher_losses"
    }

    /// What a checkpoint holds of it.
    var tensors: [(name: String, values: TensorFile.Values)] {
        [
            (Name.users, .floats(tables.users.embedding)), (Name.userBiases, .floats(tables.users.bias)),
            (Name.candidates, .floats(tables.candidates.embedding)),
            (Name.candidateBiases, .floats(tables.candidates.bias)), (Name.mean, .floats([tables.mean])),
            (Name.losses, .doubles(sweeps.map(\.loss))),
        ]
    }

    /// What a checkpoint holds for the rows of a set.
    ///
    /// - Throws: `checkpointRefused` when it holds no teacher, or one of other rows.
    init(_ checkpoint: Checkpoint, _ set: TrainingSet) throws(TrainingError) {
        let users = FoldedFactors.Table(
            embedding: try checkpoint.floats(Name.users),
            bias: try checkpoint.floats(Name.userBiases)
        )
        let candidates = FoldedFactors.Table(
            embedding: try checkpoint.floats(Name.candidates),
            bias: try checkpoint.floats(Name.candidateBiases)
        )
        let mean = try checkpoint.floats(Name.mean)
        let dimensions = users.embedding.count / set.users.rowCount
        guard mean.count == 1, dimensions >= 1,
            users.bias.count == set.users.rowCount, users.embedding.count == users.bias.count * dimensions,
            candidates.bias.count == set.candidates.rowCount,
            candidates.embedding.count == candidates.bias.count * dimensions
        else { throw checkpoint.inconsistent }
        self.init(
            tables: FoldedFactors(dimensions: dimensions, mean: mean[0], users: users, candidates: candidates),
            sweeps: try checkpoint.doubles(Name.losses).enumerated().map {
                FactorTraining.SweepReport(sweep: $0 + 1, loss: $1, testLoss: nil)
            }
        )
    }
}

extension FoldedFactors {
    /// Tables as they were.
    fileprivate init(dimensions: Int, mean: Float, users: Table, candidates: Table) {
        self.dimensions = dimensions
        self.mean = mean
        self.users = users
        self.candidates = candidates
    }
}
