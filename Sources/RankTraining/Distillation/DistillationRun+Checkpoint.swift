import RankData
import RankEngine

extension DistillationRun {
    /// Where a teacher comes from, which a checkpoint has to tell.
    enum TeacherOrigin {
        /// From a file, which is there again when the distillation goes on: its id is enough.
        case file
        /// Trained before by the same command: the checkpoint holds it, and what it was trained with.
        case training(FactorTraining.Result, identity: [String: String])
    }

    /// The names of a checkpoint's tensors, beside those of what the optimizer keeps.
    ///
    /// Each with a number for every weight lists them as `RankingNetwork.parameters` does.
    private enum Name {
        /// `NumPyRandom.words`.
        static let generator = "generator"
        /// Per report: loss and test loss, not a number where there is none.
        static let losses = "losses"
        /// The weights.
        static let weights = "weights"
    }

    /// What a checkpoint must have been made with, so that this distillation can go on from it.
    private func identity(_ data: DataFingerprint, _ origin: TeacherOrigin) -> [String: String] {
        var members = options.members
        members["data"] = data.data
        members["data_sha256"] = data.dataSHA256
        members["scale"] = data.scale
        members["split_sha256"] = data.splitSHA256
        members["user_rows"] = "\(set.users.rowCount)"
        members["candidate_rows"] = "\(set.candidates.rowCount)"
        members["teacher"] = teacher.modelID.description
        members["version"] = Distillation.version
        guard case .training(_, let identity) = origin else { return members }
        return members.merging(identity) { own, _ in own }
    }

    /// Writes a checkpoint if the plan wants one after this report; there is always one after the last.
    ///
    /// - Throws: `diverged` when a weight is not finite, `engineFailed` when the file cannot be written. An older file
    ///   is then as it was.
    mutating func save(_ plan: CheckpointPlan, _ origin: TeacherOrigin) throws(TrainingError) {
        guard let path = plan.path, isFinished || reports.count.isMultiple(of: plan.interval) else { return }
        let state = trainer.state
        var tensors: [(name: String, values: TensorFile.Values)] = []
        for (name, network) in zip([Name.weights] + options.optimizer.slotNames, [state.network] + state.slots) {
            let parameters = network.parameters
            guard parameters.allSatisfy(\.isFinite) else { throw Self.diverged(in: step) }
            tensors.append((name, .floats(parameters)))
        }
        tensors.append((Name.generator, .numbers(random.words)))
        tensors.append((Name.losses, .doubles(reports.flatMap { [$0.loss, $0.testLoss ?? .nan] })))
        if case .training(let result, _) = origin { tensors += result.tensors("teacher_") }
        try plan.write(to: path, identity(plan.data, origin), epoch: step, tensors)
        savedStep = step
    }

    /// Goes to where the checkpoint of the plan was made, if it has one.
    ///
    /// - Throws: `checkpointRefused` when it is of another run.
    mutating func restore(_ plan: CheckpointPlan, _ origin: TeacherOrigin) throws(TrainingError) {
        guard let checkpoint = plan.resumed else { return }
        try checkpoint.requireMatch(plan.identity(identity(plan.data, origin)))
        let shape = trainer.shape
        let names = [Name.weights] + options.optimizer.slotNames
        let lists = try names.map { (name) throws(TrainingError) in try checkpoint.floats(name) }
        let losses = try checkpoint.doubles(Name.losses)
        let interval = Distillation.reportInterval
        guard let generator = NumPyRandom(words: try checkpoint.numbers(Name.generator)),
            lists.allSatisfy({ $0.count == shape.parameterCount }),
            checkpoint.epoch == options.steps
                || checkpoint.epoch < options.steps && checkpoint.epoch.isMultiple(of: interval),
            losses.count == (checkpoint.epoch + interval - 1) / interval * 2,
            stride(from: 0, to: losses.count, by: 2).allSatisfy({ losses[$0].isFinite && losses[$0] >= 0 })
        else { throw checkpoint.inconsistent }
        let networks = lists.map { RankingNetwork(shape: shape, parameters: $0) }
        random = generator
        resume(TrainerState(network: networks[0], slots: Array(networks.dropFirst()), steps: checkpoint.epoch))
        reports = (0..<losses.count / 2).map { index in
            let testLoss = losses[2 * index + 1]
            return Distillation.StepReport(
                step: min((index + 1) * interval, options.steps),
                loss: losses[2 * index],
                testLoss: testLoss.isNaN ? nil : testLoss
            )
        }
        savedStep = plan.savedAtStart
    }
}
