import RankEngine

extension KeptTest {
    /// The test of a student and its teacher.
    ///
    /// - Parameters:
    ///   - result: The result of the distillation.
    ///   - teacher: The training of its teacher.
    ///   - data: The data that both were trained and tested on.
    public init(student result: Distillation.Result, _ teacher: TeacherTraining.Result, on data: TrainingData) {
        let losses = result.reports.flatMap { [$0.loss, $0.testLoss ?? .nan] }
        self.init(
            data.fingerprint,
            tensors: teacher.factors.tensors(Name.factors) + [
                (Name.weights, .floats(result.network.parameters)), (Name.losses, .doubles(losses)),
            ]
        )
    }
}

extension Distillation {
    /// The tested distillation that a checkpoint of the training on all ratings keeps.
    ///
    /// - Parameters:
    ///   - checkpoint: The checkpoint, one with `isOfRefit`.
    ///   - data: The data that teacher and student were trained and tested on.
    /// - Returns: The result of the distillation, and that of its teacher's training.
    /// - Throws: `TrainingError` with code `checkpointRefused` when it is of other data or another split.
    public func testedResult(
        _ checkpoint: Checkpoint,
        on data: TrainingData
    ) throws(TrainingError) -> (Result, teacher: FactorTraining.Result) {
        try checkpoint.requireTest(data.fingerprint)
        guard checkpoint.keepsNetwork else {
            throw checkpoint.refusal("the test that it keeps is of preset \(checkpoint.member("preset") ?? "none")")
        }
        let shape = try DistillationRun.subject(options, data).shape
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
        return (result, try FactorTraining.Result(checkpoint, KeptTest.Name.factors, data.set))
    }
}
