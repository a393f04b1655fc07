extension TrainingFingerprint {
    /// The key that tells of a training on all ratings after a test on some of them; its value is `all`.
    public static let refitKey = "refit"

    /// Whether the weights were trained on all ratings, after the same training without the test ratings was tested.
    ///
    /// Then `split` is that of the test, the claims are those of the model that was tested, and `split_sha256` is that
    /// of no pair at all, because the weights have seen them all.
    public var isRefitted: Bool { fields[Self.refitKey] != nil }

    /// The fields without those that tell of a test and of the training after it.
    package var withoutRefit: [String: String] {
        fields.filter { $0.key != Self.refitKey && $0.key != "ratings_sha256" && !$0.key.hasPrefix("tested_") }
    }
}
