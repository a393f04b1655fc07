/// The options of a cold-start test: the ratings that are hidden, and those then shown.
public struct ColdStartOptions: Sendable, Equatable {
    /// The side whose ratings are hidden.
    public enum Side: String, Sendable, Equatable, CaseIterable {
        /// All ratings of some users.
        case users
        /// All ratings of some items.
        case items
    }

    /// The side whose ratings are hidden.
    public var side: Side
    /// The numbers of shown ratings of each user (item), ascending.
    public var shown: [Int]
    /// Into how many parts they are dealt; each part is hidden once.
    public var folds: Int
    /// Decides the parts, and which ratings are shown first.
    public var seed: UInt64
    /// The penalty of the fold-in, in squared stars.
    public var penalty: Double
    /// Whether there is also a training for each number, on the shown ratings and all that were not hidden.
    public var trainsAnew: Bool

    /// Options.
    public init(
        side: Side = .users,
        shown: [Int] = [0, 1, 5, 20],
        folds: Int = 5,
        seed: UInt64 = 42,
        penalty: Double = FoldInOptions.defaultPenalty,
        trainsAnew: Bool = false
    ) {
        self.side = side
        self.shown = shown
        self.folds = folds
        self.seed = seed
        self.penalty = penalty
        self.trainsAnew = trainsAnew
    }

    /// The numbers of parts that are accepted.
    public static let foldCounts = 2...1_000

    /// Whether the numbers of shown ratings ascend from 0 or more, each once.
    public var showsAscend: Bool {
        guard let first = shown.first, first >= 0 else { return false }
        return zip(shown, shown.dropFirst()).allSatisfy(<)
    }

    func validate() throws(TrainingError) {
        try FoldInOptions(penalty: penalty).validate()
        guard Self.foldCounts.contains(folds) else {
            throw TrainingError(
                .invalidOption,
                "\(folds) parts; deal into \(Self.foldCounts.lowerBound) to \(Self.foldCounts.upperBound)"
            )
        }
        guard showsAscend else {
            throw TrainingError(.invalidOption, "the numbers of shown ratings must ascend from 0 or more, each once")
        }
    }
}
