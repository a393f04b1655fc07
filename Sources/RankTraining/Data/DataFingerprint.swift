import Crypto
public import RankData
public import RankEngine

/// The identity of a data set and a split of it: names to show, and hashes of the contents to compare.
public struct DataFingerprint: Sendable, Equatable {
    /// The data set's name, such as `MovieLens-100k` or `synthetic (seed 42)`.
    public let data: String
    /// SHA-256 of the ratings, in hex (`Ratings.forEachCanonicalChunk`).
    public let dataSHA256: String
    /// The lowest and the highest rating, which decide the labels.
    public let scale: String
    /// The split as it was asked for; of a file only its name, because its directory says nothing.
    public let split: String
    /// SHA-256 of the test pairs, in hex (`Split.forEachCanonicalChunk`): equal for any spelling of one split.
    public let splitSHA256: String
    private let ratingScale: RatingScale
    private let ratings: Ratings

    /// Hashes ratings and test pairs.
    ///
    /// - Complexity: O(n)
    public init(_ data: DataSet, _ split: Split, as spec: SplitSpec) {
        self.data = data.name
        scale = "\(data.ratings.scale.minimum),\(data.ratings.scale.maximum)"
        ratingScale = data.ratings.scale
        ratings = data.ratings
        dataSHA256 = sha256 { data.ratings.forEachCanonicalChunk($0) }
        switch spec {
        case .file(let path): self.split = path.split(separator: "/").last.map(String.init) ?? path
        case .seed, .none: self.split = spec.description
        }
        splitSHA256 = sha256 { split.forEachCanonicalChunk($0) }
    }

    /// The members of every model file's fingerprint that identify data and split.
    var members: [String: String] {
        ["data": data, "data_sha256": dataSHA256, "split": split, "split_sha256": splitSHA256]
    }

    /// Throws unless a model was trained on exactly these data, with their scale, and tested on exactly this split.
    ///
    /// - Parameters:
    ///   - model: The description in the model's file.
    ///   - purpose: The intended use of the model, a verb.
    /// - Throws: `TrainingError` with code `fingerprintMismatch`.
    public func requireMatch(_ model: ModelMetadata, to purpose: String = "evaluate") throws(TrainingError) {
        try requireMatch(model.fingerprint, to: purpose)
        try requireScale(model, to: purpose)
    }

    /// Throws unless a model's labels were made from ratings of this scale.
    ///
    /// - Parameters:
    ///   - model: The description in the model's file.
    ///   - purpose: The intended use of the model, a verb.
    /// - Throws: `TrainingError` with code `fingerprintMismatch`.
    public func requireScale(_ model: ModelMetadata, to purpose: String = "evaluate") throws(TrainingError) {
        let transform = model.labelTransform
        guard transform.hasScale, transform != LabelTransform(ratingScale) else { return }
        let scale = try? RatingScale(minimum: transform.minimum, maximum: transform.rating(of: 1))
        let own = scale?.description ?? transform.rawValue
        let advice = scale.map { "give --scale \($0.argument), " } ?? ""
        throw TrainingError(
            .fingerprintMismatch,
            "the model was trained on ratings from \(own), the scale of the data given is \(ratingScale), so the same "
                + "rating means another thing; \(advice)or give --force to \(purpose) all the same"
        )
    }

    /// Throws unless a model was trained on exactly these data and tested on exactly this split.
    ///
    /// - Parameters:
    ///   - model: The description in the model's file.
    ///   - purpose: The intended use of the model, a verb.
    /// - Throws: `TrainingError` with code `fingerprintMismatch`: the test rows may have been trained on, so a result
    ///   would flatter.
    public func requireMatch(_ model: TrainingFingerprint, to purpose: String = "evaluate") throws(TrainingError) {
        let insist = "or give --force to \(purpose) all the same"
        let unknown = TrainingFingerprint.unknown
        if model["data_sha256"] == unknown || model["split_sha256"] == unknown {
            throw TrainingError(
                .fingerprintMismatch,
                "the model does not say what it was trained on, so the test rows may have been among it; "
                    + "\(purpose) a model made by rank-train fit, \(insist)"
            )
        }
        if isReordering(of: model) { try requireUnseen(by: model, to: purpose) }
        guard model["data_sha256"] == dataSHA256 else {
            // A model that was trained on all of its data would be refused on its own data, too.
            let hasSeenAll = purpose == "evaluate" && (model.isRefitted || model["split"] == "none")
            let advice =
                hasSeenAll
                ? "give --trained-on the model's data, so that ratings among them are left out"
                : "give --data the model's data"
            throw TrainingError(
                .fingerprintMismatch,
                "the model was trained on \(model["data"]), the data given is \(data) with other ratings; \(advice), "
                    + "\(insist)"
            )
        }
        guard model["split_sha256"] == splitSHA256 else {
            if model.isRefitted { throw refusal(model, purpose) }
            if model["split"] == "none" {
                throw TrainingError(
                    .fingerprintMismatch,
                    "the model was trained on all ratings of \(model["data"]), without a test, so those of \(split) "
                        + "are among them and a figure would flatter; \(purpose) a model that was made with --split "
                        + "seed:N --no-refit, \(insist)"
                )
            }
            throw TrainingError(
                .fingerprintMismatch,
                "the model was trained with the split \(model["split"]), so the test rows of \(split) may have been "
                    + "trained on; give the model's split, \(insist)"
            )
        }
    }
}

extension DataFingerprint {
    /// Whether these are the ratings that a model was trained on, all of them after its test, in another order.
    func isReordering(of model: TrainingFingerprint) -> Bool {
        guard model.isRefitted, model["data_sha256"] != dataSHA256 else { return false }
        return model["ratings_sha256"] == sha256 { ratings.forEachSortedChunk($0) }
    }

    /// Throws if a model was trained on all of these ratings after its test, in any order.
    ///
    /// - Parameters:
    ///   - model: The description in the model's file.
    ///   - purpose: The intended use of the model, a verb.
    /// - Throws: `TrainingError` with code `fingerprintMismatch`.
    public func requireUnseen(by model: TrainingFingerprint, to purpose: String = "evaluate") throws(TrainingError) {
        guard model.isRefitted else { return }
        if model["data_sha256"] == dataSHA256 { throw refusal(model, purpose) }
        if isReordering(of: model) {
            throw refusal(model, purpose, "the data given are the model's own ratings in another order: ")
        }
    }

    /// The refusal to measure a model on ratings that it was trained on.
    private func refusal(_ model: TrainingFingerprint, _ purpose: String, _ start: String = "") -> TrainingError {
        TrainingError(
            .fingerprintMismatch,
            "\(start)the model was trained on all ratings of \(model["data"]) after its test on \(model["split"]), "
                + "so it has seen them and any figure would flatter; rank-train inspect shows what the test came to; "
                + "to \(purpose) a model that has not seen its test ratings, make it with rank-train fit --no-refit, "
                + "or give --force"
        )
    }
}

/// The SHA-256, in hex, of the bytes that `feed` passes on.
func sha256(_ feed: (([UInt8]) -> Void) -> Void) -> String {
    var hash = SHA256()
    feed { hash.update(data: $0) }
    return hash.finalize().map { byte in
        let digits = String(byte, radix: 16)
        return digits.count == 1 ? "0" + digits : digits
    }.joined()
}
