import RankData
import RankEngine

extension TrainingRun {
    /// The names of a checkpoint's tensors, beside those of the optimizer's slots.
    ///
    /// Tensors with a number for every weight list them as `RankingNetwork.parameters` does.
    private enum Name {
        /// Steps so far.
        static let steps = "step_count"
        /// `NumPyRandom.words`.
        static let generator = "generator"
        /// Per epoch: loss, validation loss, test loss, not a number where there is none.
        static let losses = "losses"
        /// The weights.
        static let weights = "weights"
        /// The weights of the best epoch so far.
        static let best = "best"
        /// The number of the best epoch.
        static let bestEpoch = "best_epoch"
    }

    var identity: [String: String] {
        var members = options.members.merging(data.identity) { _, data in data }
        members["version"] = Training.version
        return members
    }

    func tensors() throws(TrainingError) -> Checkpoint.Tensors {
        let state = trainer.state
        var tensors: Checkpoint.Tensors = []
        for (name, network) in zip([Name.weights] + options.optimizer.slotNames, [state.network] + state.slots) {
            let parameters = network.parameters
            guard parameters.allSatisfy(\.isFinite) else { throw Self.diverged(in: reports.count, at: "its end") }
            tensors.append((name, .floats(parameters)))
        }
        tensors.append((Name.steps, .numbers([UInt64(state.steps)])))
        tensors.append((Name.generator, .numbers(random.words)))
        let losses = reports.flatMap { [$0.loss, $0.validationLoss ?? .nan, $0.testLoss ?? .nan] }
        tensors.append((Name.losses, .doubles(losses)))
        if let best {
            tensors.append((Name.best, .floats(best.network.parameters)))
            tensors.append((Name.bestEpoch, .numbers([UInt64(best.epoch)])))
        }
        return tensors
    }

    mutating func restore(_ checkpoint: Checkpoint) throws(TrainingError) {
        let shape = trainer.shape
        let names = [Name.weights] + options.optimizer.slotNames
        let lists = try names.map { (name) throws(TrainingError) in try checkpoint.floats(name) }
        let steps = try checkpoint.numbers(Name.steps)
        let losses = try checkpoint.doubles(Name.losses)
        // First, so that what is multiplied with the epoch stays small.
        guard checkpoint.epoch <= options.epochs else { throw checkpoint.inconsistent }
        guard let generator = NumPyRandom(words: try checkpoint.numbers(Name.generator)),
            lists.allSatisfy({ $0.count == shape.parameterCount }), steps.count == 1,
            let stepCount = Int(exactly: steps[0]), losses.count == 3 * checkpoint.epoch,
            checkpoint.epoch <= stepCount, stepCount <= examples.count * checkpoint.epoch
        else { throw checkpoint.inconsistent }
        let networks = lists.map { RankingNetwork(shape: shape, parameters: $0) }
        random = generator
        resume(TrainerState(network: networks[0], slots: Array(networks.dropFirst()), steps: stepCount))
        reports = (0..<checkpoint.epoch).map { index in
            Training.EpochReport(epoch: index + 1, losses: Array(losses[3 * index..<3 * index + 3]))
        }
        if options.validation != nil {
            let (parameters, epochs) = (try checkpoint.floats(Name.best), try checkpoint.numbers(Name.bestEpoch))
            guard epochs.count == 1, let epoch = Int(exactly: epochs[0]), (1...reports.count).contains(epoch),
                let loss = reports[epoch - 1].validationLoss, parameters.count == shape.parameterCount
            else { throw checkpoint.inconsistent }
            best = (epoch, loss, RankingNetwork(shape: shape, parameters: parameters))
        }
    }
}

extension Training.EpochReport {
    /// A report as a checkpoint has it.
    ///
    /// - Parameters:
    ///   - epoch: Counted from 1.
    ///   - losses: Loss, validation loss and test loss; not a number where there is none.
    init(epoch: Int, losses: [Double]) {
        self.init(
            epoch: epoch,
            loss: losses[0],
            validationLoss: losses[1].isNaN ? nil : losses[1],
            testLoss: losses[2].isNaN ? nil : losses[2]
        )
    }
}
