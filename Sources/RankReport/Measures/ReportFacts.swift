import RankCore
import RankData
import RankEngine
import RankTraining

/// The facts of a report about the model and its data.
struct ReportFacts {
    /// The data's name.
    let data: String
    /// Whether the ratings were invented.
    let isSynthetic: Bool
    /// The unit of ratings: `stars` or `points`.
    let unit: String
    /// The scale.
    let scale: RatingScale
    /// Names and values, in the order in which they are shown.
    let rows: [(name: String, value: String)]

    /// The test of a model that was afterwards trained on all ratings: the split, and the claimed error on the
    /// label's scale.
    let testBefore: (split: String, rmse: Float?)?
    /// The model that was trained on all ratings after this one had been tested.
    let refitted: ModelID?

    init(_ model: RankModel, _ data: DataSet, _ split: Split, as spec: SplitSpec, refitted: ModelID?) {
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
        let claim = model.metadata.claimedTestRMSE
        testBefore = fingerprint.isRefitted ? (fingerprint["split"], claim) : nil
        self.refitted = refitted
        if let refitted { rows.append(("model trained on all ratings", "\(refitted)")) }
        if fingerprint.isRefitted {
            rows.append(("trained on", "all ratings, after the test of a sibling"))
            rows.append(("split of that test", fingerprint["split"]))
            if let claim { rows.append(("rmse claimed of that test", fixed(Double(claim), 4))) }
        }
        self.rows = rows
    }
}
