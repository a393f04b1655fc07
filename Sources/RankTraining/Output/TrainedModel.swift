public import RankCore
public import RankData
public import RankEngine

/// A trained and tested model with all metadata, ready to be written.
///
/// Each kind of training has its own initialiser; all of them test the model on the test rows of its data.
public struct TrainedModel: Sendable {
    private var tested: TestedDraft

    /// The figures of the final model on the test rows; nil without any, and after a ranking loss, whose scores are no
    /// ratings.
    ///
    /// Its RMSE becomes the file's claim. These are the scores that the written model gives, so a later evaluation of
    /// the file finds the same.
    public var test: Metrics? { tested.metrics }
    /// The quality of the final model's order of the test rows; nil without any.
    public var ranking: RankingMetrics? { tested.ranking }
    /// The model, as it would be written.
    var draft: ModelDraft { tested.draft }

    /// Tests a model.
    ///
    /// - Parameters:
    ///   - draft: The model.
    ///   - data: The data that it was trained on.
    ///   - kernel: The kernel that scores.
    /// - Throws: `TrainingError` with code `engineFailed` when the weights do not make a model, `diverged` when a score
    ///   is not finite.
    init(_ draft: ModelDraft, on data: TrainingData, kernel: Kernel) throws(TrainingError) {
        tested = try TestedDraft.scored(draft, on: data, kernel: kernel)
    }

    /// The model of a training on all ratings, with the test of its sibling.
    ///
    /// - Parameters:
    ///   - sibling: The model of the same options, trained and tested on a split.
    ///   - dataSet: The data set, all of whose ratings this one was trained on.
    /// - Returns: The model whose `test` and claim are the sibling's, and whose file says so.
    public func refitted(testedBy sibling: TrainedModel, _ dataSet: DataSet) -> TrainedModel {
        var model = self
        model.tested = tested.refitted(testedBy: sibling.tested, dataSet.ratings)
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
