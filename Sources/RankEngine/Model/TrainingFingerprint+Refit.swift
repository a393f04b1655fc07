extension TrainingFingerprint {
    /// The key of a training on all ratings after a tested training; its value is `all`.
    public static let refitKey = "refit"

    /// Whether the weights were trained on all ratings, after the same training without the test ratings was tested.
    ///
    /// `split` is then that of the test, the claims are those of the tested model, and `split_sha256` is that of no
    /// pairs, because the weights have seen all of them.
    public var isRefitted: Bool { fields[Self.refitKey] != nil }

    /// The fields without those of a test and of the training after it.
    package var withoutRefit: [String: String] {
        fields.filter { $0.key != Self.refitKey && $0.key != "ratings_sha256" && !$0.key.hasPrefix("tested_") }
    }
}
