public import RankData

/// A data set and a split of it, with the rows and labels that a training sees.
public struct TrainingData: Sendable {
    /// The data set.
    public let dataSet: DataSet
    /// The split of its ratings into training and test.
    public let split: Split
    /// The split as it was asked for.
    public let spec: SplitSpec
    /// Rows of tables and labels, made from data set and split.
    public let set: TrainingSet
    /// The names and hashes of data and split.
    public let fingerprint: DataFingerprint

    /// Maps ids to rows and ratings to labels, and hashes data and split.
    ///
    /// - Complexity: O(n log n) in the number of ratings.
    /// - Parameters:
    ///   - dataSet: The data set.
    ///   - split: Its split.
    ///   - spec: The split as it was asked for.
    ///   - includesUnrated: Whether users and items that the data set describes have rows without ratings, too.
    /// - Throws: `TrainingError` with code `unsuitableData` when nothing is left to train on, or there are too many ids
    ///   for a table.
    public init(
        _ dataSet: DataSet,
        _ split: Split,
        as spec: SplitSpec,
        includesUnrated: Bool = false
    ) throws(TrainingError) {
        self.dataSet = dataSet
        self.split = split
        self.spec = spec
        set = try TrainingSet(dataSet, split: split, includesUnrated: includesUnrated)
        fingerprint = DataFingerprint(dataSet, split, as: spec)
    }

    /// Splits a data set and prepares it for a training.
    ///
    /// - Parameters:
    ///   - dataSet: The data set.
    ///   - spec: The split.
    ///   - includesUnrated: As in the other initialiser.
    /// - Throws: `DataError` when the split does not fit the data; `TrainingError` as the other initialiser.
    public init(_ dataSet: DataSet, split spec: SplitSpec, includesUnrated: Bool = false) throws {
        try self.init(dataSet, spec.resolve(dataSet.ratings), as: spec, includesUnrated: includesUnrated)
    }

    /// What a checkpoint says of the data that its run was trained on: names, hashes and numbers of rows.
    var identity: [String: String] {
        [
            "data": fingerprint.data,
            "data_sha256": fingerprint.dataSHA256,
            "scale": fingerprint.scale,
            "split_sha256": fingerprint.splitSHA256,
            "user_rows": "\(set.users.rowCount)",
            "candidate_rows": "\(set.items.rowCount)",
        ]
    }
}
