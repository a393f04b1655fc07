import RankCore
import RankData
import RankEngine

extension DistillationRun {
    /// The names of a checkpoint's tensors, beside those of the optimizer's slots.
    ///
    /// Tensors with a number for every weight list them as `RankingNetwork.parameters` does.
    private enum Name {
        /// `NumPyRandom.words`.
        static let generator = "generator"
        /// Per report: loss and test loss, not a number where there is none.
        static let losses = "losses"
        /// The weights.
        static let weights = "weights"
    }

    var identity: [String: String] {
        var members = options.members.merging(data.identity) { _, data in data }
        members["teacher"] = teacher.modelID.description
        members["version"] = Distillation.version
        guard case .training(_, let identity) = teacher.origin else { return members }
        return members.merging(identity) { own, _ in own }
    }

    func tensors() throws(TrainingError) -> Checkpoint.Tensors {
        let state = trainer.state
        var tensors: Checkpoint.Tensors = []
        for (name, network) in zip([Name.weights] + options.optimizer.slotNames, [state.network] + state.slots) {
            let parameters = network.parameters
            guard parameters.allSatisfy(\.isFinite) else { throw Self.diverged(in: position) }
            tensors.append((name, .floats(parameters)))
        }
        tensors.append((Name.generator, .numbers(random.words)))
        tensors.append((Name.losses, .doubles(reports.flatMap { [$0.loss, $0.testLoss ?? .nan] })))
        if case .training(let result, _) = teacher.origin { tensors += result.tensors("teacher_") }
        return tensors
    }

    mutating func restore(_ checkpoint: Checkpoint) throws(TrainingError) {
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
    }
}
