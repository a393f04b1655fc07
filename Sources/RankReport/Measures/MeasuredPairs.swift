import RankData
import RankEngine
import RankTraining

/// The ratings that a report compares a model with, and the scores of the model.
struct MeasuredPairs {
    /// Rows of the data set: the test rows, or the training rows where there are none.
    let rows: RowList
    /// Whether they are test rows.
    let areTest: Bool
    /// The user of each rating.
    let users: [UInt64]
    /// The item of each rating.
    let items: [UInt64]
    /// The stars of each rating.
    let stars: [Float]
    /// The scores of the model, on the label's scale.
    let scores: [Float]
    /// The predictions of the model, unclipped (stars).
    let predictions: [Double]
    /// Training ratings of each pair's user.
    let activity: [Int]
    /// Training ratings of each pair's item.
    let popularity: [Int]
    /// Training ratings of each item.
    let ratingsOfItem: [UInt64: Int]
    /// The metrics of the scores.
    let metrics: Metrics

    /// Scores the rows on all cores.
    ///
    /// - Throws: `TrainingError` with code `engineFailed` where a score is not finite, `unsuitableData` where there is
    ///   no row at all, or scores are no ratings.
    init(_ model: RankModel, _ data: DataSet, _ split: Split) throws(TrainingError) {
        guard model.metadata.labelTransform != LabelTransform.none else {
            throw TrainingError(
                .unsuitableData,
                "the model was trained with a ranking loss and its scores are no ratings, so there is no report of it; "
                    + "rank-train evaluate tells how well it orders"
            )
        }
        let ratings = data.ratings
        areTest = !split.testRows.isEmpty
        rows = areTest ? split.testRows : split.trainingRows
        users = rows.map { ratings.userIDs[$0] }
        items = rows.map { ratings.itemIDs[$0] }
        stars = rows.map { ratings.stars[$0] }
        scores = try Predictor(model).predict(rows, of: ratings).scores
        predictions = scores.map { Double(model.metadata.labelTransform.rating(of: $0)) }
        var byUser: [UInt64: Int] = [:]
        var byItem: [UInt64: Int] = [:]
        for row in split.trainingRows {
            byUser[ratings.userIDs[row], default: 0] += 1
            byItem[ratings.itemIDs[row], default: 0] += 1
        }
        activity = users.map { byUser[$0] ?? 0 }
        popularity = items.map { byItem[$0] ?? 0 }
        ratingsOfItem = byItem
        let metrics = Metrics(
            users: users,
            stars: stars,
            scores: scores,
            transform: model.metadata.labelTransform
        )
        guard let metrics else {
            throw TrainingError(.unsuitableData, "there is no rating to hold the model against; bring other data")
        }
        self.metrics = metrics
    }
}
