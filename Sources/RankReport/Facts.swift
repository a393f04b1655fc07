import CommandSupport
import RankData
import RankEngine
import RankTraining

/// What a report says of the model and its data before any figure.
struct Facts {
    /// The data's name.
    let data: String
    /// Whether the ratings were invented.
    let isSynthetic: Bool
    /// What ratings are given in.
    let unit: String
    /// The scale.
    let scale: RatingScale
    /// Names and values, in the order in which they are shown.
    let rows: [(name: String, value: String)]

    init(_ model: RankModel, _ data: DataSet, _ split: Split, as spec: SplitSpec) {
        let fingerprint = model.metadata.fingerprint
        self.data = data.name
        scale = data.ratings.scale
        unit = [.stars, .halfStars].contains(scale) ? "stars" : "points"
        isSynthetic = data.isSynthetic
        var rows = [("model", "\(model.modelID)"), ("architecture", model.shape.summary)]
        rows.append(("parameters", grouped(model.shape.parameterCount)))
        for key in ["preset", "seed"] where fingerprint[key] != TrainingFingerprint.unknown {
            rows.append((key, fingerprint[key]))
        }
        rows.append(("data", data.name))
        rows.append(("split", DataFingerprint(data, split, as: spec).split))
        rows.append(("ratings", "from \(scale)"))
        rows.append(("training ratings", grouped(split.trainingRows.count)))
        rows.append(("test ratings", grouped(split.testRows.count)))
        rows.append(("users", grouped(data.ratings.userIDs.vocabulary.count)))
        rows.append(("rated items", grouped(data.ratings.itemIDs.vocabulary.count)))
        self.rows = rows
    }
}
