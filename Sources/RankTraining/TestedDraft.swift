import RankData
import RankEngine

/// A model in the making that has scored the test rows and claims what came of it.
struct TestedDraft {
    /// How it did; nil without test rows, and where its scores are no ratings.
    ///
    /// These are the scores that the written model gives, so a later evaluation of the file finds the same.
    let metrics: Metrics?
    /// How well it orders; nil without test rows.
    let ranking: RankingMetrics?
    /// The model, with the claim.
    let draft: ModelDraft

    /// Scores the test rows.
    ///
    /// - Throws: `TrainingError` with code `engineFailed` when the weights do not make a model that scores.
    init(
        _ draft: ModelDraft,
        _ set: TrainingSet,
        _ data: DataSet,
        _ split: Split,
        kernel: Kernel
    ) throws(TrainingError) {
        let scores = try TrainingError.translating { () throws(EngineError) in
            try BatchScorer(draft, kernel: kernel.description).scores(
                userRows: set.test.users.map { UInt32($0) },
                candidateRows: set.test.candidates.map { UInt32($0) }
            )
        }
        let users = split.testRows.map { data.ratings.userIDs[$0] }
        let stars = split.testRows.map { data.ratings.stars[$0] }
        if draft.metadata.labelTransform == LabelTransform.none {
            metrics = nil
            let gains = LabelTransform(data.ratings.scale).gains(of: stars)
            ranking = RankingMetrics(users: users, stars: gains, scores: scores)
        } else {
            metrics = Metrics(users: users, stars: stars, scores: scores, transform: draft.metadata.labelTransform)
            ranking = metrics?.ranking
        }
        var draft = draft
        draft.metadata.claimedTestRMSE = metrics.map { Float($0.rmse) }
        self.draft = draft
    }

    /// Writes the model file, whole or not at all.
    ///
    /// - Throws: `TrainingError` with code `engineFailed`.
    func write(to path: String) throws(TrainingError) -> ModelID {
        try TrainingError.translating { () throws(EngineError) in try draft.write(to: path) }
    }
}

extension RowIndex {
    /// The rows' ids as a model file has them.
    var modelIDs: ModelDraft.IDs {
        switch self {
        case .identity: .identity
        case .sorted(let ids): .numbers([0] + ids)
        case .named(let ids, let names): .texts([""] + ids.map { names[$0] })
        }
    }
}
