import RankCore
import RankData
import RankEngine
import RankTraining

/// The figures of a fit, whatever the preset.
struct FitSummary {
    /// The id of the written model.
    let id: ModelID
    /// The data that the tested model was trained and tested on.
    let data: TrainingData
    /// The training on all ratings after the test; nil where there was none.
    let refit: Refit.Summary?
    let seconds: Double
    /// The written model, with the test.
    let model: TrainedModel

    /// The test for programs; nil without test ratings.
    var test: [JSONValue.Member]? { model.test?.json ?? model.ranking?.json }
    /// The test for people.
    var testLines: [(String, String)] {
        model.test?.lines ?? model.ranking?.lines(on: data.dataSet.ratings.scale) ?? []
    }
}
