import CommandSupport
import RankCore
import RankData
import RankEngine
import RankReport
import RankTraining

/// The training of a preset, as `fit` runs it: on the training ratings, and once more on all of them.
protocol PresetFit {
    /// The result of one training.
    associatedtype Outcome

    /// Whether users and items without ratings get rows.
    static var includesUnrated: Bool { get }
    /// The reports between two checkpoints unless `--checkpoint-every` says otherwise.
    static var checkpointInterval: Int { get }

    /// Refuses data that are too large, before anything takes time.
    func requireRoom(on data: TrainingData) throws
    /// Trains with a log.
    ///
    /// - Parameters:
    ///   - data: The data.
    ///   - plan: The plan of the checkpoints to write and to resume; nil for none.
    ///   - testing: Whether the reports are tested for a curve.
    /// - Returns: The result.
    /// - Throws: `TrainingError`.
    func train(on data: TrainingData, _ plan: CheckpointPlan?, testing: Bool) throws -> Outcome
    /// The tested training that a checkpoint of the training on all ratings keeps.
    func restored(_ checkpoint: Checkpoint, on data: TrainingData) throws -> Outcome
    /// The model of a training on `data`.
    func model(_ outcome: Outcome, on data: TrainingData) throws -> TrainedModel
    /// The test for the checkpoints of the training on all ratings.
    func keptTest(_ outcome: Outcome, on data: TrainingData) -> KeptTest
    /// The training on all ratings that follows a tested one.
    func refit(after tested: Outcome) throws -> Self

    /// The curve of a training, for the page.
    func curve(_ outcome: Outcome, width: Float) -> LearningCurve
    /// The reports of a training, for programs.
    func reports(_ outcome: Outcome) -> (name: String, values: JSONValue)
    /// Further lines of the summary, for people.
    func lines(_ tested: Outcome) -> [(String, String)]
    /// Further members of the summary, for programs.
    ///
    /// - Parameters:
    ///   - tested: The training that was tested.
    ///   - written: The training whose model was written; the same where there was no other.
    /// - Returns: The members.
    func members(tested: Outcome, written: Outcome) -> [JSONValue.Member]
}

extension PresetFit {
    func requireRoom(on data: TrainingData) throws {}
    func refit(after tested: Outcome) throws -> Self { self }
    func lines(_ tested: Outcome) -> [(String, String)] { [] }
}
