public import RankCore
public import RankData
public import RankEngine

/// A model with rows for users and items that are new to its training; all else is unchanged.
///
/// New rows start where the row for unknown ids is, or where their columns put them. Then, twice: the users' rows are
/// solved for with the items fixed, then the items' with the users fixed, so that a new item also learns from new users
/// and a new user from new items. Each step lowers one sum: squared errors and the penalties of the rows' distances
/// from their starts.
public struct FoldIn: Sendable {
    /// The version of the procedure; it grows whenever the same model and ratings give other rows.
    public static let version = "rank-fold-in/1"

    /// The use of the ratings.
    public struct Summary: Sendable, Equatable {
        /// Users that got a row.
        public var newUsers = 0
        /// Items that got a row.
        public var newItems = 0
        /// New users whose rows started from their columns, the others' from the row for unknown ids.
        public var describedUsers = 0
        /// New items whose rows started from their columns.
        public var describedItems = 0
        /// Users and items listed without a rating and without a known value in their columns: they got no row.
        public var leftOut = 0
        /// Known users whose rows moved.
        public var refreshedUsers = 0
        /// Known items whose rows moved.
        public var refreshedItems = 0
        /// Ratings that were used to solve for a row.
        public var used = 0
        /// Ratings of known users and known items whose rows stay, which were not used.
        public var passedOver = 0
        /// The root mean squared error of the used ratings, by the rows before or where they started, on the label's
        /// scale; 0 without any.
        public var rmseBefore = 0.0
        /// The RMSE after the fold-in, of ratings that were fitted: no measure of quality.
        public var rmseAfter = 0.0
    }

    /// The use of the ratings.
    public let summary: Summary
    /// The model that was folded into.
    public let parent: ModelID
    private let draft: ModelDraft

    private static let rounds = 2

    /// Solves for the rows.
    ///
    /// On one thread; milliseconds for each row at most. The order of the ratings does not matter.
    ///
    /// - Parameters:
    ///   - ratings: Ratings on the model's own scale (``Self/scale(of:)``), with ids of its kind; nil for none.
    ///   - descriptions: Columns of known and new users and items. The effects of the values are learnt from the known
    ///     rows, and new rows start from them; new ids that are listed get a row even without a rating.
    ///   - model: A model of biases and dot product.
    ///   - options: The penalty, and whether known rows move too.
    /// - Throws: `TrainingError` with code `unsuitableModel` for a model with dense layers or of a ranking loss,
    ///   `unsuitableData` when no row would come of it, no rating joins a new row with a known one, or the model knows
    ///   none of the described ids, `invalidOption`.
    public init(
        _ ratings: RatingList?,
        describedBy descriptions: SideInformation? = nil,
        into model: RankModel,
        _ options: FoldInOptions
    ) throws(TrainingError) {
        try options.validate()
        try Self.requireLinear(model)
        let draft = ModelDraft(model)
        let transform = model.metadata.labelTransform
        var problem = try FoldInProblem(ratings, descriptions, model, draft, options.refresh)
        try problem.requireWork()
        let squaredUnit = transform.hasScale ? StarLabel.starsPerUnit * StarLabel.starsPerUnit : 1
        problem.summary.rmseBefore = problem.rmse
        for _ in 0..<Self.rounds { problem.sweep(penalty: options.penalty / squaredUnit) }
        problem.summary.rmseAfter = problem.rmse
        summary = problem.summary
        parent = model.modelID
        self.draft = Self.extended(draft, problem, Self.metadata(model, ratings, descriptions, options))
    }

    /// Writes the model file: whole, proved and under its own name, or not at all.
    ///
    /// - Returns: The model's id.
    /// - Throws: `TrainingError` with code `engineFailed`; an older file at the path is then as it was.
    public func write(to path: String) throws(TrainingError) -> ModelID {
        try TrainingError.translating { () throws(EngineError) in try draft.write(to: path) }
    }

    /// The scale of ratings that a model's labels are made from; nil for any number.
    public static func scale(of model: RankModel) -> ClosedRange<Float>? {
        let transform = model.metadata.labelTransform
        return transform.hasScale ? transform.minimum...transform.rating(of: 1) : nil
    }

    private static func requireLinear(_ model: RankModel) throws(TrainingError) {
        guard model.metadata.labelTransform != LabelTransform.none else {
            throw TrainingError(
                .unsuitableModel,
                "the model's scores are no ratings, they only order, so ratings do not say what a score should be; "
                    + "fold into a model of ratings, or train anew with the new ones"
            )
        }
        guard model.shape.layerWidths.isEmpty else {
            throw TrainingError(
                .unsuitableModel,
                "the model has \(model.shape.layerWidths.count) dense layers, so its scores are not linear in a user's "
                    + "row and least squares does not apply; fold into a model of biases and dot product, such as "
                    + "rank-train fit --preset best writes, or train anew with the new ratings"
            )
        }
        guard !model.shape.hasOutputStep else {
            throw TrainingError(
                .unsuitableModel,
                "the model's sum of terms goes on through a step of its own (\(model.shape.summary)), so its scores "
                    + "are not linear in a user's row and least squares does not apply; fold into a model without one, "
                    + "or train anew with the new ratings"
            )
        }
    }

    private static func extended(
        _ draft: ModelDraft,
        _ problem: FoldInProblem,
        _ metadata: ModelMetadata
    ) -> ModelDraft {
        var draft = draft
        draft.users.ids = draft.users.ids.appending(problem.newUsers, rowCount: draft.users.rowCount)
        draft.candidates.ids = draft.candidates.ids.appending(problem.newItems, rowCount: draft.candidates.rowCount)
        draft.users.take(problem.users, rows: problem.userRows)
        draft.candidates.take(problem.items, rows: problem.itemRows)
        draft.metadata = metadata
        return draft
    }

    /// The parent's metadata without its test: the test rows may be among the new ratings, and nothing has been tested.
    private static func metadata(
        _ model: RankModel,
        _ ratings: RatingList?,
        _ descriptions: SideInformation?,
        _ options: FoldInOptions
    ) -> ModelMetadata {
        var fields = model.metadata.fingerprint.withoutRefit
        fields["split"] = TrainingFingerprint.unknown
        fields["split_sha256"] = TrainingFingerprint.unknown
        fields["parent"] = model.modelID.description
        fields["fold_in_version"] = version
        if let ratings { fields["fold_in_ratings_sha256"] = sha256 { ratings.forEachCanonicalChunk($0) } }
        if let descriptions {
            fields["fold_in_user_attributes_sha256"] = sha256 { descriptions.users.forEachCanonicalChunk($0) }
            fields["fold_in_item_attributes_sha256"] = sha256 {
                descriptions.items.forEachCanonicalChunk(names: descriptions.itemNames, $0)
            }
        }
        fields["fold_in_penalty"] = "\(options.penalty)"
        fields["fold_in_refresh"] = options.refresh.rawValue
        var metadata = model.metadata
        metadata.fingerprint = TrainingFingerprint(fields)
        metadata.claimedTestRMSE = nil
        metadata.proof = metadata.proof.derived
        return metadata
    }
}
