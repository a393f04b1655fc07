public import RankCore

/// A model that has proved itself: whole, finite, and scoring its golden pairs bit for bit.
///
/// The embedding tables stay in the mapped file, so several processes share them, unless the file was copied. May be used
/// from any thread.
///
///     let model = try RankModel.load(path: "movielens.rank")
///     let ranker = try model.makeRanker()
///     let best = try ranker.rank([204, 141, 131], for: 42, top: 2)
public final class RankModel: Sendable {
    /// The first 16 bytes of the file's digest.
    public let modelID: ModelID
    /// Sizes and terms.
    public let shape: ModelShape
    /// What the file says of itself.
    public let metadata: ModelMetadata
    /// Every pair of the file's metadata, as written.
    public let rawMetadata: [String: String]
    /// Users' ids.
    public let users: Vocabulary
    /// Candidates' ids.
    public let candidates: Vocabulary
    /// Where the weights are.
    public let placement: Placement
    /// How long the load took.
    public let loadTimes: LoadTimes
    /// How many golden scores were reproduced at load.
    public var goldenCount: Int { goldens.scores.count }
    /// The golden pairs.
    let goldens: Goldens
    let weights: ModelWeights

    init(
        modelID: ModelID,
        metadata: ModelMetadata,
        rawMetadata: [String: String],
        users: Vocabulary,
        candidates: Vocabulary,
        goldens: Goldens,
        weights: ModelWeights,
        placement: Placement,
        loadTimes: LoadTimes
    ) {
        self.modelID = modelID
        self.metadata = metadata
        self.rawMetadata = rawMetadata
        self.users = users
        self.candidates = candidates
        self.goldens = goldens
        self.weights = weights
        self.placement = placement
        self.loadTimes = loadTimes
        shape = weights.shape
    }

    /// The architecture's name and version.
    public var architecture: String { rawMetadata["architecture"] ?? ModelShape.plainArchitecture }

    /// A score as the model's users know it: as a rating of the scale where the labels were made from ratings.
    ///
    /// A rating beyond the ends of the scale is shown as the end; for measuring errors there is
    /// ``LabelTransform/rating(of:)``.
    public func display(_ score: Float) -> Float { metadata.labelTransform.shownRating(of: score) }
}
