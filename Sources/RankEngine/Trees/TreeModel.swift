public import RankCore

/// A proved ensemble of decision trees: well formed, finite, and with golden scores reproduced bit for bit.
///
/// A row of features goes in, a score comes out; the model has no vocabulary, and ids only order candidates of equal
/// scores. May be used from any thread.
///
///     let model = try TreeModel.load(path: "ranker.rank")
///     let ranker = try model.makeRanker()
///     let best = try ranker.rank([204, 141, 131], for: 42, features: rows, top: 2)
public final class TreeModel: Sendable {
    /// The architecture's name and version.
    public static let architecture = "tree-ensemble/1"

    /// The first 16 bytes of the file's digest.
    public let modelID: ModelID
    /// Sizes.
    public let shape: TreeShape
    /// The metadata that all families of models have.
    public let metadata: ModelMetadata
    /// Every pair of the file's metadata, unchanged.
    public let rawMetadata: [String: String]
    /// The names of the features, in order; empty without names.
    public let featureNames: [String]
    /// The duration of the load.
    public let loadTimes: RankModel.LoadTimes
    /// The golden rows.
    let goldens: TreeGoldens
    let tables: TreeTables
    let settings: TreeSettings

    /// The step from the margin to the score.
    public var output: TreeOutput { settings.output }
    /// The source's own name of what was trained, such as `rank:ndcg`; empty where the file has none.
    public var objective: String { settings.objective }
    /// Whether a feature may be NaN, which stands for a missing one.
    public var takesMissingFeatures: Bool { settings.takesMissingFeatures }
    /// The columns that a request may give once for its query, ascending.
    public var queryColumns: [Int] { settings.queryColumns }
    /// Whether ids are texts; otherwise numbers.
    public var hasTextIDs: Bool { settings.hasTextIDs }
    /// Whether sums are of float64; otherwise of float32.
    public var sumsDoubles: Bool { settings.sum == .float64 }
    /// The number of golden scores that were reproduced at load.
    public var goldenCount: Int { goldens.scores.count }

    init(
        modelID: ModelID,
        shape: TreeShape,
        metadata: ModelMetadata,
        rawMetadata: [String: String],
        featureNames: [String],
        loadTimes: RankModel.LoadTimes,
        goldens: TreeGoldens,
        tables: TreeTables,
        settings: TreeSettings
    ) {
        self.modelID = modelID
        self.shape = shape
        self.metadata = metadata
        self.rawMetadata = rawMetadata
        self.featureNames = featureNames
        self.loadTimes = loadTimes
        self.goldens = goldens
        self.tables = tables
        self.settings = settings
    }
}
