import RankData
import RankEngine
import RankTraining

/// The model beside baselines that were computed from the same training rows, on the same pairs.
struct BaselineComparison {
    /// A baseline or the model, with its metrics.
    struct Row: Equatable {
        /// The name.
        let name: String
        /// The metrics of its predictions.
        let metrics: Metrics
        /// Whether the row is of the model.
        let isModel: Bool
    }

    /// The baselines, then the model.
    let rows: [Row]
    /// The predictions of user and item biases by pair (stars).
    let biases: [Double]

    /// Computes the baselines.
    ///
    /// - Throws: `TrainingError` with code `unsuitableData` where the split leaves no training row.
    init(_ pairs: MeasuredPairs, _ ratings: Ratings, _ split: Split, preset: String) throws(TrainingError) {
        // Where the model's own is unknown, that of the ratings.
        let scale = ratings.scale
        let transform = LabelTransform(minimum: scale.minimum, width: scale.width) ?? .unitFromStars
        var rows: [Row] = []
        var biases: [Double] = []
        for baseline in Baseline.allCases {
            let predictions = baseline.predict(pairs.rows, of: ratings, split: split)
            let metrics = predictions.flatMap { predictions in
                Metrics(
                    users: pairs.users,
                    stars: pairs.stars,
                    scores: predictions.map { Float(transform.label(of: $0)) },
                    transform: transform
                )
            }
            guard let predictions, let metrics else {
                throw TrainingError(.unsuitableData, "the split leaves no rating for training; choose another split")
            }
            if baseline == .biases { biases = predictions }
            rows.append(Row(name: baseline.rawValue, metrics: metrics, isModel: false))
        }
        let name = preset == "unknown" ? "this model" : "this model (\(preset))"
        self.rows = rows + [Row(name: name, metrics: pairs.metrics, isModel: true)]
        self.biases = biases
    }
}
