import RankCore
import RankData
import RankEngine

/// A model draft that has scored the test rows and claims the result.
struct TestedDraft {
    /// The figures of the test; nil without test rows, and if the scores are no ratings.
    ///
    /// These are the scores that the written model gives, so a later evaluation of the file finds the same.
    let metrics: Metrics?
    /// The quality of the order; nil without test rows.
    let ranking: RankingMetrics?
    /// The model, with the claim.
    let draft: ModelDraft

    /// Scores the test rows.
    ///
    /// - Parameters:
    ///   - draft: The model.
    ///   - data: The data that it was trained on, and the test rows.
    ///   - kernel: The kernel that scores.
    /// - Returns: The model with the claim.
    /// - Throws: `TrainingError` with code `engineFailed` when the weights do not make a model, `diverged` when a score
    ///   is not finite.
    static func scored(
        _ draft: ModelDraft,
        on data: TrainingData,
        kernel: Kernel
    ) throws(TrainingError) -> TestedDraft {
        var draft = draft
        let scores = try draft.scores(of: data.set.test, kernel)
        let (rows, ratings) = (data.split.testRows, data.dataSet.ratings)
        let users = rows.map { ratings.userIDs[$0] }
        let stars = rows.map { ratings.stars[$0] }
        let transform = draft.metadata.labelTransform
        if transform == LabelTransform.none {
            let gains = LabelTransform(ratings.scale).gains(of: stars)
            draft.metadata.claimedTestRMSE = nil
            return TestedDraft(draft, nil, RankingMetrics(users: users, stars: gains, scores: scores))
        }
        let metrics = Metrics(users: users, stars: stars, scores: scores, transform: transform)
        draft.metadata.claimedTestRMSE = metrics.map { Float($0.rmse) }
        return TestedDraft(draft, metrics, metrics?.ranking)
    }

    private init(_ draft: ModelDraft, _ metrics: Metrics?, _ ranking: RankingMetrics?) {
        (self.draft, self.metrics, self.ranking) = (draft, metrics, ranking)
    }

    /// The draft of a training on all ratings, with the test of a sibling that had not seen the test ratings.
    ///
    /// - Parameters:
    ///   - sibling: The model of the same options, trained without the test ratings.
    ///   - ratings: All that this one was trained on.
    /// - Returns: The draft, whose file says so.
    func refitted(testedBy sibling: TestedDraft, _ ratings: Ratings) -> TestedDraft {
        var draft = draft
        let tested = sibling.draft.metadata
        var fields = draft.metadata.fingerprint.fields
        // Members of the test alone, such as those of a validation part.
        fields.merge(tested.fingerprint.fields) { own, _ in own }
        fields["split"] = tested.fingerprint["split"]
        fields[TrainingFingerprint.refitKey] = "all"
        fields["ratings_sha256"] = sha256 { ratings.forEachSortedChunk($0) }
        fields["tested_split_sha256"] = tested.fingerprint["split_sha256"]
        for (name, value) in sibling.figures { fields["tested_" + name] = value }
        draft.metadata.fingerprint = TrainingFingerprint(fields)
        draft.metadata.claimedTestRMSE = tested.claimedTestRMSE
        return TestedDraft(draft, sibling.metrics, sibling.ranking)
    }

    /// The figures of the test by name, in digits that read back as the same float64.
    private var figures: [(name: String, value: String)] {
        var figures: [(String, String)] = []
        if let metrics { figures = [("rmse", "\(metrics.rmse)"), ("mae", "\(metrics.mae)")] }
        guard let ranking else { return figures }
        return figures + [
            ("ndcg@\(ranking.cutoff.k)", "\(ranking.ndcg)"), ("recall@\(ranking.cutoff.k)", "\(ranking.recall)"),
            ("count", "\(ranking.count)"),
        ]
    }

    /// The model that the file would be, without leaving one; `path` is beside which it lies for a moment.
    ///
    /// - Throws: `TrainingError` with code `engineFailed`.
    func loaded(beside path: String) throws(TrainingError) -> RankModel {
        try TrainingError.translating { () throws(EngineError) in try draft.loaded(beside: path) }
    }

    /// Writes the model file, whole or not at all.
    ///
    /// - Throws: `TrainingError` with code `engineFailed`.
    func write(to path: String) throws(TrainingError) -> ModelID {
        try TrainingError.translating { () throws(EngineError) in try draft.write(to: path) }
    }
}

extension ModelDraft {
    /// The scores that the model will give the examples.
    ///
    /// - Throws: `TrainingError` with code `diverged` when a score is not finite, `engineFailed` when the weights do
    ///   not make a model.
    func scores(of examples: TrainingSet.Examples, _ kernel: Kernel) throws(TrainingError) -> [Float] {
        do throws(EngineError) {
            return try BatchScorer(self, kernel: kernel).scores(
                userRows: examples.users.map { UInt32($0) },
                candidateRows: examples.items.map { UInt32($0) }
            )
        } catch {
            guard error.code == .scoreNotFinite else { throw TrainingError(.engineFailed, error.message, cause: error) }
            throw TrainingError(
                .diverged,
                "the trained weights give a score that is no finite number (\(error.message)): the training has "
                    + "diverged; try a lower learning rate",
                cause: error
            )
        }
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
