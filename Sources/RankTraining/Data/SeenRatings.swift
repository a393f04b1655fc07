public import RankData
public import RankEngine

/// The number of tested ratings that a model was trained on, if it can be known.
public enum SeenRatings: Sendable, Equatable {
    /// The number, as file and data tell it.
    case count(Int)
    /// Unknown: the file does not name the model's data, or the model was trained on other data, which it does not
    /// keep.
    case unknown

    /// Compares the model's fingerprint with the tested ratings.
    ///
    /// - Complexity: O(n) in the number of ratings
    ///
    /// - Parameters:
    ///   - model: The fingerprint in the model's file.
    ///   - data: The data set that the model is tested on.
    ///   - split: The split whose test rows are counted.
    ///   - fingerprint: The fingerprint of data and split.
    public init(
        by model: TrainingFingerprint,
        of data: DataSet,
        _ split: Split,
        _ fingerprint: DataFingerprint
    ) {
        let isSame = model["data_sha256"] == fingerprint.dataSHA256
        if isSame && !model.isRefitted && model["split_sha256"] == fingerprint.splitSHA256 {
            self = .count(0)
        } else if isSame, let rows = try? TrainedRows(model, data) {
            self = .count(split.testRows.count { rows.contains($0) })
        } else if fingerprint.isReordering(of: model) {
            self = .count(split.testRows.count)
        } else {
            self = .unknown
        }
    }
}

/// The ratings of a data set that a model was trained on.
private struct TrainedRows {
    /// One flag for each rating; nil if all were trained on.
    private var isTrained: [Bool]?

    /// - Throws: `DataError` if the model's file does not tell, for example after a split by a file.
    init(_ model: TrainingFingerprint, _ data: DataSet) throws {
        if model.isRefitted || model["split"] == "none" { return }
        let spec = try SplitSpec(parsing: model["split"])
        guard case .seed = spec else { throw DataError(.unreadable, "a split file is known by its name alone") }
        let split = try spec.resolve(data.ratings)
        guard DataFingerprint(data, split, as: spec).splitSHA256 == model["split_sha256"] else {
            throw DataError(.inconsistent, "the split is another one")
        }
        var isTrained = [Bool](repeating: false, count: data.ratings.count)
        for row in split.trainingRows { isTrained[row] = true }
        self.isTrained = isTrained
    }

    func contains(_ row: Int) -> Bool { isTrained?[row] ?? true }
}

/// The pairs that a model was trained on, by which other data are split into pairs that the model has seen and new
/// ones.
public struct TrainedPairs: Sendable {
    private let pairs: RatedPairs
    private let ratings: Ratings

    /// The pairs of a split's training rows.
    init(_ split: Split, of ratings: Ratings) {
        var isTrained = [Bool](repeating: false, count: ratings.count)
        for row in split.trainingRows { isTrained[row] = true }
        pairs = RatedPairs(ratings) { isTrained[$0] }
        self.ratings = ratings
    }

    /// The pairs of the data that a model was trained on.
    ///
    /// All pairs of the data if the model's file does not tell which of them were test ratings.
    ///
    /// - Parameters:
    ///   - model: The description in the model's file.
    ///   - training: The data.
    /// - Throws: `TrainingError` with code `fingerprintMismatch` when the model was trained on other data, or has rows
    ///   that were folded in from ratings besides.
    public init(_ model: TrainingFingerprint, trainedOn training: DataSet) throws(TrainingError) {
        guard model["fold_in_ratings_sha256"] == TrainingFingerprint.unknown else {
            throw TrainingError(
                .fingerprintMismatch,
                "the model has seen other ratings than those of \(training.name), from which fold-in made rows; "
                    + "evaluate the model before fold-in, or give --force in the place of --trained-on"
            )
        }
        let split = Split(trainingRows: [], testRows: [], training.ratings)
        let fingerprint = DataFingerprint(training, split, as: .none)
        guard model["data_sha256"] == fingerprint.dataSHA256 || fingerprint.isReordering(of: model) else {
            throw TrainingError(
                .fingerprintMismatch,
                "the model was trained on \(model["data"]), and \(training.name) has other ratings; give "
                    + "--trained-on the data that the model was trained on"
            )
        }
        let rows = try? TrainedRows(model, training)
        pairs = RatedPairs(training.ratings) { rows?.contains($0) ?? true }
        ratings = training.ratings
    }

    /// The pairs by the rows of a model.
    func rows(of model: RankModel) -> RatedRows { RatedRows(pairs, of: ratings, model) }

    /// A split of other ratings without the test rows that the model has seen.
    ///
    /// - Returns: The split, and how many test rows were left out.
    public func unseen(_ split: Split, of ratings: Ratings) -> (Split, leftOut: Int) {
        let users = ratings.userIDs.vocabulary.map { pairs.user(ofText: ratings.userNames.text($0)) }
        let items = ratings.itemIDs.vocabulary.map { pairs.item(ofText: ratings.itemNames.text($0)) }
        let left = split.testRows.filter { row in
            guard let user = users[Int(ratings.userIDs.rows[row])], let item = items[Int(ratings.itemIDs.rows[row])]
            else { return true }
            return !pairs.contains(user: user, item: item)
        }
        let unseen = Split(trainingRows: split.trainingRows.rows, testRows: left.map { UInt32($0) }, ratings)
        return (unseen, split.testRows.count - left.count)
    }
}
