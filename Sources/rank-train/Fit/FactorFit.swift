import CommandSupport
import RankCore
import RankData
import RankEngine
import RankReport
import RankTraining

/// The training of a factorisation machine.
struct FactorFit: PresetFit {
    static let includesUnrated = true
    /// A sweep may take less time than its checkpoint.
    static let checkpointInterval = 10

    /// The tested or the written training.
    struct Outcome {
        let result: FactorTraining.Result
        /// The names of the columns of the users' and the items' files.
        let columns: (users: [String], items: [String])
    }

    private let options: FactorizationOptions
    private let training: FactorTraining
    private let isQuiet: Bool

    /// Prepares the training.
    ///
    /// - Throws: `TrainingError` with code `invalidOption`.
    init(_ options: FactorizationOptions, isQuiet: Bool) throws(TrainingError) {
        training = try FactorTraining(options)
        (self.options, self.isQuiet) = (options, isQuiet)
    }

    func train(on data: TrainingData, _ plan: CheckpointPlan?, testing: Bool) throws -> Outcome {
        var log = ReportLog(options, resumed: plan?.resumed, isQuiet: isQuiet)
        let result = try training.run(on: data, checkpoints: plan, testingSweeps: testing) { log.show($0) }
        return outcome(result, data)
    }

    func restored(_ checkpoint: Checkpoint, on data: TrainingData) throws -> Outcome {
        try outcome(training.testedResult(checkpoint, on: data), data)
    }

    private func outcome(_ result: FactorTraining.Result, _ data: TrainingData) -> Outcome {
        let (users, items) = (data.dataSet.userAttributes.columns, data.dataSet.itemAttributes.columns)
        return Outcome(result: result, columns: (users.map(\.name), items.map(\.name)))
    }

    func model(_ outcome: Outcome, on data: TrainingData) throws -> TrainedModel {
        try TrainedModel(factors: outcome.result, on: data, options)
    }

    func keptTest(_ outcome: Outcome, on data: TrainingData) -> KeptTest {
        KeptTest(factors: outcome.result, on: data)
    }

    func curve(_ outcome: Outcome, width: Float) -> LearningCurve {
        LearningCurve(outcome.result.sweeps, solved: options.sweeps, width: width)
    }

    func reports(_ outcome: Outcome) -> (name: String, values: JSONValue) {
        ("sweeps", .array(outcome.result.sweeps.map(sweep)))
    }

    func members(tested: Outcome, written: Outcome) -> [JSONValue.Member] {
        [
            JSONValue.Member("preset", .string(options.preset)),
            JSONValue.Member("seed", .unsigned(options.seed)),
            JSONValue.Member("factors", .integer(options.factors)),
            JSONValue.Member("user_columns", .array(tested.columns.users.map { .string($0) })),
            JSONValue.Member("item_columns", .array(tested.columns.items.map { .string($0) })),
            JSONValue.Member("sweeps", .array(tested.result.sweeps.map(sweep))),
        ]
    }

    private func sweep(_ report: FactorTraining.SweepReport) -> JSONValue {
        [
            "sweep": .integer(report.sweep),
            "loss": .number(report.loss),
            "root_mean_squared_error": .number(report.rootMeanSquaredError),
        ]
    }
}
