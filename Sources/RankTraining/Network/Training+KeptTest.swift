import RankEngine

extension KeptTest {
    /// The test of a network.
    ///
    /// - Parameters:
    ///   - result: The result of the tested training.
    ///   - options: The options of that training.
    ///   - data: The data that it was trained and tested on.
    public init(network result: Training.Result, _ options: TrainingOptions, on data: TrainingData) {
        let losses = result.epochs.flatMap { [$0.loss, $0.validationLoss ?? .nan, $0.testLoss ?? .nan] }
        self.init(
            data.fingerprint,
            options.validationMembers,
            tensors: [
                (Name.weights, .floats(result.network.parameters)), (Name.losses, .doubles(losses)),
                (Name.epoch, .numbers([UInt64(result.keptEpoch)])),
            ]
        )
    }
}

extension TrainingOptions {
    /// The options that a training on all ratings no longer has.
    fileprivate var validationMembers: [String: String] {
        guard let validation else { return [:] }
        return [
            "tested_validation": "\(validation.fraction)",
            "tested_patience": validation.patience.map { "\($0)" } ?? "none",
        ]
    }
}

extension Checkpoint {
    /// Whether the training that was tested was that of a network.
    var keepsNetwork: Bool { (try? floats(KeptTest.Name.weights)) != nil }

    /// The weights of the tested network.
    func testedNetwork(_ shape: NetworkShape) throws(TrainingError) -> RankingNetwork {
        let parameters = try floats(KeptTest.Name.weights)
        guard parameters.count == shape.parameterCount else { throw inconsistent }
        return RankingNetwork(shape: shape, parameters: parameters)
    }
}

extension Training {
    /// The tested training that a checkpoint of the training on all ratings keeps.
    ///
    /// - Parameters:
    ///   - checkpoint: The checkpoint, one with `isOfRefit`.
    ///   - data: The data that the tested training was trained and tested on.
    /// - Returns: The result of that training.
    /// - Throws: `TrainingError` with code `checkpointRefused` when it is of other data or another split.
    public func testedResult(_ checkpoint: Checkpoint, on data: TrainingData) throws(TrainingError) -> Result {
        try checkpoint.requireTest(
            data.fingerprint,
            options.validationMembers.merging(["preset": options.preset]) { own, _ in own }
        )
        let network = try checkpoint.testedNetwork(NetworkShape(options, data.set))
        let losses = try checkpoint.testedLosses(3)
        let kept = try checkpoint.numbers(KeptTest.Name.epoch)
        guard kept.count == 1, let epoch = Int(exactly: kept[0]), (1...max(losses.count, 1)).contains(epoch) else {
            throw checkpoint.inconsistent
        }
        return Result(
            network: network,
            epochs: losses.enumerated().map { EpochReport(epoch: $0 + 1, losses: $1) },
            keptEpoch: epoch,
            kernel: kernel,
            threads: threads
        )
    }
}
