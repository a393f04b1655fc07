public import RankData
import RankEngine

/// What the checkpoints of a training on all ratings keep of the tested training before it.
///
/// With it a training that was interrupted says the same of its test as an undisturbed one.
public struct KeptTest: Sendable {
    /// What such a checkpoint was made with beside what its training says.
    let identity: [String: String]
    /// The result of the tested training.
    let tensors: [(name: String, values: TensorFile.Values)]

    /// That of a factorisation machine.
    ///
    /// - Parameters:
    ///   - result: What the tested training made.
    ///   - data: What it was trained and tested on.
    public init(_ result: FactorTraining.Result, _ data: DataFingerprint) {
        identity = Self.identity(data)
        tensors = result.tensors(Name.factors)
    }

    /// That of a network.
    ///
    /// - Parameters:
    ///   - result: What the tested training made.
    ///   - options: By which it was trained.
    ///   - data: What it was trained and tested on.
    public init(_ result: Training.Result, _ options: TrainingOptions, _ data: DataFingerprint) {
        identity = Self.identity(data).merging(Self.identity(options)) { own, _ in own }
        let losses = result.epochs.flatMap { [$0.loss, $0.validationLoss ?? .nan, $0.testLoss ?? .nan] }
        tensors = [
            (Name.weights, .floats(result.network.parameters)), (Name.losses, .doubles(losses)),
            (Name.epoch, .numbers([UInt64(result.keptEpoch)])),
        ]
    }

    /// That of a student and its teacher.
    ///
    /// - Parameters:
    ///   - result: What the distillation made.
    ///   - lesson: Its teacher.
    ///   - data: What both were trained and tested on.
    public init(_ result: Distillation.Result, _ lesson: Lesson, _ data: DataFingerprint) {
        identity = Self.identity(data)
        let losses = result.reports.flatMap { [$0.loss, $0.testLoss ?? .nan] }
        tensors =
            lesson.factors.result.tensors(Name.factors) + [
                (Name.weights, .floats(result.network.parameters)), (Name.losses, .doubles(losses)),
            ]
    }

    /// The names of a checkpoint's tensors.
    fileprivate enum Name {
        /// How those of a factorisation machine begin.
        static let factors = "tested_factors_"
        static let weights = "tested_weights"
        /// Per report, not a number where there is none: all losses that it has.
        static let losses = "tested_losses"
        static let epoch = "tested_kept_epoch"
    }

    fileprivate static func identity(_ data: DataFingerprint) -> [String: String] {
        [TrainingFingerprint.refitKey: "all", "tested_split_sha256": data.splitSHA256]
    }

    /// The options that a training on all ratings no longer has.
    fileprivate static func identity(_ options: TrainingOptions) -> [String: String] {
        guard let validation = options.validation else { return [:] }
        return [
            "tested_validation": "\(validation.fraction)",
            "tested_patience": validation.patience.map { "\($0)" } ?? "none",
        ]
    }
}

extension Checkpoint {
    /// Whether it was made in a training on all ratings, after the test.
    public var isOfRefit: Bool { member(TrainingFingerprint.refitKey) != nil }

    /// Demands that the test which it keeps is one of these data and this split.
    fileprivate func requireTest(_ data: DataFingerprint, _ more: [String: String] = [:]) throws(TrainingError) {
        let identity = KeptTest.identity(data).merging(["data_sha256": data.dataSHA256]) { own, _ in own }
        try requireMatch(identity.merging(more) { own, _ in own }, isWhole: false)
    }

    /// The losses of the tested training, `width` for each report.
    fileprivate func testedLosses(_ width: Int) throws(TrainingError) -> [[Double]] {
        let losses = try doubles(KeptTest.Name.losses)
        guard losses.count.isMultiple(of: width) else { throw inconsistent }
        return stride(from: 0, to: losses.count, by: width).map { Array(losses[$0..<($0 + width)]) }
    }

    /// Whether the training that was tested was that of a network.
    fileprivate var keepsNetwork: Bool { (try? floats(KeptTest.Name.weights)) != nil }

    /// The weights of the tested network.
    fileprivate func testedNetwork(_ shape: NetworkShape) throws(TrainingError) -> RankingNetwork {
        let parameters = try floats(KeptTest.Name.weights)
        guard parameters.count == shape.parameterCount else { throw inconsistent }
        return RankingNetwork(shape: shape, parameters: parameters)
    }
}

extension FactorTraining {
    /// The tested training that a checkpoint of the training on all ratings keeps.
    ///
    /// - Parameters:
    ///   - checkpoint: The checkpoint, one with `isOfRefit`.
    ///   - set: What the tested training was trained and tested on.
    ///   - data: The same, to be held against the checkpoint.
    /// - Returns: What that training made, without test losses of its sweeps.
    /// - Throws: `TrainingError` with code `checkpointRefused` when it is of other data or another split.
    public func testedResult(
        _ checkpoint: Checkpoint,
        _ set: TrainingSet,
        _ data: DataFingerprint
    ) throws(TrainingError) -> Result {
        try checkpoint.requireTest(data, ["preset": preset])
        return try Result(checkpoint, KeptTest.Name.factors, set)
    }
}

extension Training {
    /// The tested training that a checkpoint of the training on all ratings keeps; see `FactorTraining`.
    ///
    /// - Throws: `TrainingError` with code `checkpointRefused` when it is of other data or another split.
    public func testedResult(
        _ checkpoint: Checkpoint,
        _ set: TrainingSet,
        _ data: DataFingerprint
    ) throws(TrainingError) -> Result {
        try checkpoint.requireTest(
            data,
            KeptTest.identity(options).merging(["preset": options.preset]) { own, _ in own }
        )
        let shape = try NetworkShape(
            userRows: set.users.rowCount,
            candidateRows: set.candidates.rowCount,
            userDimensions: options.userDimensions,
            candidateDimensions: options.candidateDimensions,
            hidden: options.hidden
        )
        let network = try checkpoint.testedNetwork(shape)
        let losses = try checkpoint.testedLosses(3)
        let kept = try checkpoint.numbers(KeptTest.Name.epoch)
        guard kept.count == 1, let epoch = Int(exactly: kept[0]), (1...max(losses.count, 1)).contains(epoch) else {
            throw checkpoint.inconsistent
        }
        return Result(
            network: network,
            epochs: losses.enumerated().map { index, losses in
                EpochReport(
                    epoch: index + 1,
                    loss: losses[0],
                    validationLoss: losses[1].isNaN ? nil : losses[1],
                    testLoss: losses[2].isNaN ? nil : losses[2]
                )
            },
            keptEpoch: epoch,
            kernel: kernel,
            threads: threads
        )
    }
}

extension Distillation {
    /// The tested distillation that a checkpoint of the training on all ratings keeps; see `FactorTraining`.
    ///
    /// - Returns: What the distillation made, and its teacher's training.
    /// - Throws: `TrainingError` with code `checkpointRefused` when it is of other data or another split.
    public func testedResult(
        _ checkpoint: Checkpoint,
        _ set: TrainingSet,
        _ data: DataSet,
        _ fingerprint: DataFingerprint
    ) throws(TrainingError) -> (Result, teacher: FactorTraining.Result) {
        try checkpoint.requireTest(fingerprint)
        guard checkpoint.keepsNetwork else {
            throw checkpoint.refusal("the test that it keeps is of preset \(checkpoint.member("preset") ?? "none")")
        }
        let shape = try DistillationRun.subject(options, set, data).shape
        let reports = try checkpoint.testedLosses(2).enumerated().map { index, losses in
            StepReport(
                step: min((index + 1) * Self.reportInterval, options.steps),
                loss: losses[0],
                testLoss: losses[1].isNaN ? nil : losses[1]
            )
        }
        let result = Result(
            network: try checkpoint.testedNetwork(shape),
            reports: reports,
            kernel: kernel,
            threads: threads
        )
        return (result, try FactorTraining.Result(checkpoint, KeptTest.Name.factors, set))
    }
}
