import RankEngine

/// The result of a tested training, as the checkpoints of the training on all ratings after it keep it.
///
/// With it an interrupted training reports the same test as an uninterrupted one.
public struct KeptTest: Sendable {
    /// The members of such a checkpoint's identity beside those of its training.
    let identity: [String: String]
    /// The result of the tested training.
    let tensors: Checkpoint.Tensors

    /// A result on data.
    ///
    /// - Parameters:
    ///   - data: The data that the training was trained and tested on.
    ///   - options: The options that the training on all ratings no longer has.
    ///   - tensors: The result.
    init(_ data: DataFingerprint, _ options: [String: String] = [:], tensors: Checkpoint.Tensors) {
        identity = Self.identity(data).merging(options) { own, _ in own }
        self.tensors = tensors
    }

    /// The names of a checkpoint's tensors.
    enum Name {
        /// The beginning of the names of a factorisation machine's.
        static let factors = "tested_factors_"
        static let weights = "tested_weights"
        /// All losses of each report; not a number where there is none.
        static let losses = "tested_losses"
        static let epoch = "tested_kept_epoch"
    }

    fileprivate static func identity(_ data: DataFingerprint) -> [String: String] {
        [TrainingFingerprint.refitKey: "all", "tested_split_sha256": data.splitSHA256]
    }
}

extension Checkpoint {
    /// Whether it was made in a training on all ratings, after the test.
    public var isOfRefit: Bool { member(TrainingFingerprint.refitKey) != nil }

    /// Demands that the test which it keeps is one of these data and this split.
    func requireTest(_ data: DataFingerprint, _ more: [String: String] = [:]) throws(TrainingError) {
        let identity = KeptTest.identity(data).merging(["data_sha256": data.dataSHA256]) { own, _ in own }
        try requireMatch(identity.merging(more) { own, _ in own }, isWhole: false)
    }

    /// The losses of the tested training, `width` for each report.
    func testedLosses(_ width: Int) throws(TrainingError) -> [[Double]] {
        let losses = try doubles(KeptTest.Name.losses)
        guard losses.count.isMultiple(of: width) else { throw inconsistent }
        return stride(from: 0, to: losses.count, by: width).map { Array(losses[$0..<($0 + width)]) }
    }
}
