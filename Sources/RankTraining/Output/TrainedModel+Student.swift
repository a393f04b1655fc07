import RankCore
import RankEngine

extension TrainedModel {
    /// Makes a model of a distilled network and tests it.
    ///
    /// - Parameters:
    ///   - result: The result of the distillation.
    ///   - data: Its data, with rows for users and items without ratings. Their split is the teacher's; one without
    ///     test rows where it is not known that it is.
    ///   - teacher: The teacher.
    ///   - options: The options of the distillation.
    /// - Throws: `TrainingError` with code `engineFailed` when the weights do not make a model, `diverged` when a score
    ///   is not finite.
    public init(
        student result: Distillation.Result,
        on data: TrainingData,
        teacher: Teacher,
        _ options: DistillationOptions
    ) throws(TrainingError) {
        // Scores mean what the teacher's mean.
        var metadata = teacher.metadata
        let (given, taught) = (data.fingerprint, teacher.metadata.fingerprint)
        let isTeachers = given.dataSHA256 == taught["data_sha256"] && given.splitSHA256 == taught["split_sha256"]
        metadata.fingerprint = TrainingFingerprint(options, teacher, isTeachersSplit: isTeachers)
        metadata.claimedTestRMSE = nil
        // The student was trained here, whatever the teacher's proof is.
        metadata.proof = .trained
        try self.init(ModelDraft(result.network, data.set, metadata), on: data, kernel: result.kernel)
    }
}

extension TrainingFingerprint {
    /// The fingerprint of a distillation.
    fileprivate init(_ options: DistillationOptions, _ teacher: Teacher, isTeachersSplit: Bool) {
        var members = [
            "batch_size": "\(options.users * options.items)",
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
