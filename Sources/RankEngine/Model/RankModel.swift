public import RankCore

/// A proved model: complete, finite, and with golden scores reproduced bit for bit.
///
/// The embedding tables of a mapped file are shared between processes. May be used from any thread.
///
///     let model = try RankModel.load(path: "movielens.rank")
///     let ranker = try model.makeRanker()
///     let best = try ranker.rank([204, 141, 131], for: 42, top: 2)
public final class RankModel: Sendable {
    /// The first 16 bytes of the file's digest.
    public let modelID: ModelID
    /// Sizes and terms.
    public let shape: ModelShape
    /// The metadata of the file.
    public let metadata: ModelMetadata
    /// Every pair of the file's metadata, unchanged.
    public let rawMetadata: [String: String]
    /// The users' ids.
    public let users: Vocabulary
    /// The candidates' ids.
    public let candidates: Vocabulary
    /// The placement of the weights.
    public let placement: Placement
    /// The duration of the load.
    public let loadTimes: LoadTimes
    /// The number of golden scores that were reproduced at load.
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

    /// A score as a rating of the scale, where labels were made from ratings; else the score.
    ///
    /// A rating beyond an end of the scale becomes that end; to measure errors, use ``LabelTransform/rating(of:)``.
    public func display(_ score: Float) -> Float { metadata.labelTransform.shownRating(of: score) }
}
