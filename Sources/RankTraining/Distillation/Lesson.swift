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
            result = try FactorTraining.Result(checkpoint, "teacher_", set)
        } else {
            if let checkpoint = checkpoints?.resumed, let preset = checkpoint.member("preset"),
                preset != options.preset
            {
                let student = DistillationOptions.distilled.preset
                throw checkpoint.refusal("preset \(preset) (now \(student), whose teacher is \(options.preset))")
            }
            result = try training.run(on: set, data, checkpoints: checkpoints, show: show)
        }
        try self.init(result, identity, set, data, split, as: spec, options)
    }

    /// A teacher that was trained before.
    ///
    /// - Parameters:
    ///   - result: What its training made of `set`.
    ///   - options: By which it was trained.
    ///   - set: As in the other initialiser.
    ///   - data: The data set.
    ///   - split: Its split.
    ///   - spec: How the split was asked for.
    /// - Throws: `TrainingError` with code `engineFailed` when the weights do not make a model that scores.
    public init(
        trained result: FactorTraining.Result,
        by options: FactorizationOptions,
        _ set: TrainingSet,
        _ data: DataSet,
        _ split: Split,
        as spec: SplitSpec
    ) throws(TrainingError) {
        let identity = Self.identity(DataFingerprint(data, split, as: spec), options, set, data)
        try self.init(result, identity, set, data, split, as: spec, options)
    }

    private init(
        _ result: FactorTraining.Result,
        _ identity: [String: String],
        _ set: TrainingSet,
        _ data: DataSet,
        _ split: Split,
        as spec: SplitSpec,
        _ options: FactorizationOptions
    ) throws(TrainingError) {
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
    /// What a checkpoint holds of it, under names that begin with `prefix`.
    func tensors(_ prefix: String) -> [(name: String, values: TensorFile.Values)] {
        [
            (prefix + "users", .floats(tables.users.embedding)), (prefix + "user_biases", .floats(tables.users.bias)),
            (prefix + "items", .floats(tables.candidates.embedding)),
            (prefix + "item_biases", .floats(tables.candidates.bias)), (prefix + "mean", .floats([tables.mean])),
            (prefix + "losses", .doubles(sweeps.map(\.loss))),
        ]
    }

    /// What a checkpoint holds for the rows of a set, under names that begin with `prefix`.
    ///
    /// - Throws: `checkpointRefused` when it holds no such tables, or some of other rows.
    init(_ checkpoint: Checkpoint, _ prefix: String, _ set: TrainingSet) throws(TrainingError) {
        let users = FoldedFactors.Table(
            embedding: try checkpoint.floats(prefix + "users"),
            bias: try checkpoint.floats(prefix + "user_biases")
        )
        let candidates = FoldedFactors.Table(
            embedding: try checkpoint.floats(prefix + "items"),
            bias: try checkpoint.floats(prefix + "item_biases")
        )
        let mean = try checkpoint.floats(prefix + "mean")
        let dimensions = users.embedding.count / set.users.rowCount
        guard mean.count == 1, dimensions >= 1,
            users.bias.count == set.users.rowCount, users.embedding.count == users.bias.count * dimensions,
            candidates.bias.count == set.candidates.rowCount,
            candidates.embedding.count == candidates.bias.count * dimensions
        else { throw checkpoint.inconsistent }
        self.init(
            tables: FoldedFactors(dimensions: dimensions, mean: mean[0], users: users, candidates: candidates),
            sweeps: try checkpoint.doubles(prefix + "losses").enumerated().map {
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
