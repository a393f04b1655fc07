import RankCore
import RankEngine
import RankTraining

/// A model and the result of the training that made it.
struct Trained<Result> {
    let model: TrainedModel
    let result: Result

    var test: Metrics? { model.test }
    var ranking: RankingMetrics? { model.ranking }

    func write(to path: String) throws(TrainingError) -> ModelID { try model.write(to: path) }
}
