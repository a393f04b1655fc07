public import RankData
public import RankEngine

/// A distilled network with everything its file says of it, ready to be written.
public struct DistilledModel: Sendable {
    /// How the final model does on the test rows; nil without any.
    ///
    /// Its RMSE becomes the file's claim.
    public var test: Metrics? { tested.metrics }
    /// Weights and distances from the teacher.
    public let result: Distillation.Result
    private var tested: TestedDraft

    /// Puts a model together and tests it.
    ///
    /// - Parameters:
    ///   - result: What the distillation made of `set` and `teacher`.
    ///   - set: Made from `data` and `split`, with those who have no rating.
    ///   - data: The data set.
    ///   - split: Its split, the teacher's; one without test rows where it is not known that it is.
    ///   - options: What `result` was trained with.
    ///   - teacher: The teacher.
    /// - Throws: `TrainingError` with code `engineFailed` when the weights do not make a model, `diverged` when a score is not
    ///   finite.
    public init(
        _ result: Distillation.Result,
        _ set: TrainingSet,
        _ data: DataSet,
        _ split: Split,
        _ options: DistillationOptions,
        _ teacher: Teacher
    ) throws(TrainingError) {
        // Scores mean what the teacher's mean.
        var metadata = teacher.metadata
        let given = DataFingerprint(data, split, as: .none)
        let taught = teacher.metadata.fingerprint
        let isTeachers = given.dataSHA256 == taught["data_sha256"] && given.splitSHA256 == taught["split_sha256"]
        metadata.fingerprint = TrainingFingerprint(options, teacher, isTeachersSplit: isTeachers)
        metadata.claimedTestRMSE = nil
        // Whatever the teacher's is: the student was trained here.
        metadata.proof = .trained
        let draft = ModelDraft(result.network, set, metadata)
        tested = try TestedDraft(draft, set, data, split, kernel: result.kernel)
        self.result = result
    }

    /// The same as the model of a training on all ratings, with what its tested sibling came to.
    ///
    /// - Parameters:
    ///   - sibling: Of the same options, trained and tested on a split.
    ///   - data: The data set, all of whose ratings this one was trained on.
    /// - Returns: The model whose `test` and claim are the sibling's, and whose file says so.
    public func refitted(testedBy sibling: DistilledModel, _ data: DataSet) -> DistilledModel {
        var model = self
        model.tested = tested.refitted(testedBy: sibling.tested, data.ratings)
        return model
    }

    /// The model that the file would be, without leaving one.
    ///
    /// - Parameter path: Beside which a file lies while it is loaded.
    /// - Returns: The model.
    /// - Throws: `TrainingError` with code `engineFailed`.
    public func loaded(beside path: String) throws(TrainingError) -> RankModel {
        try tested.loaded(beside: path)
    }

    /// Writes the model file: whole, proved and under its own name, or not at all.
    ///
    /// - Returns: The model's id.
    /// - Throws: `TrainingError` with code `engineFailed`; an older file at the path is then as it was.
    public func write(to path: String) throws(TrainingError) -> ModelID {
        try tested.write(to: path)
    }
}

extension TrainingFingerprint {
    /// What a model file says of a distillation.
    fileprivate init(_ options: DistillationOptions, _ teacher: Teacher, isTeachersSplit: Bool) {
        var members = [
            "batch_size": "\(options.users * options.candidates)",
            "batch_users": "\(options.users)",
            "decay": options.decay.curve.rawValue,
            "decay_to": "\(options.decay.finalShare)",
            "epochs": "1",
            "learning_rate": "\(options.optimizer.rate)",
            "optimizer": options.optimizer.name,
            "preset": options.preset,
            "seed": "\(options.seed)",
            "steps": "\(options.steps)",
            "teacher": teacher.modelID.description,
            "teacher_preset": teacher.preset,
            "version": Distillation.version,
        ]
        // The student knows what the teacher was trained on, which may be other data.
        for name in ["data", "data_sha256", "split", "split_sha256"] {
            members[name] = teacher.metadata.fingerprint[name]
        }
        // A teacher that was trained on all ratings leaves none that would be new to the student: it is not tested.
        if teacher.metadata.fingerprint.isRefitted { members["split"] = "none" }
        // On other rows the ratings that decided the draws may be those that the teacher was tested on.
        if !isTeachersSplit { for name in ["split", "split_sha256"] { members[name] = TrainingFingerprint.unknown } }
        self.init(members)
    }
}
