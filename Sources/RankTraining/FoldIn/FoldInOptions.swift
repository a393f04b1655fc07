/// The options of a fold-in.
public struct FoldInOptions: Sendable, Equatable {
    /// The known rows that move too.
    public enum Refresh: String, Sendable, Equatable, CaseIterable {
        /// None: known users and items stay as they are, bit for bit.
        case none
        /// Users with a rating in the list.
        case users
        /// Items with a rating in the list.
        case items
        /// Both.
        case all
    }

    /// The penalty of a row for one standard deviation of the known rows, in squared stars; above 0.
    ///
    /// Other scales than 1 to 5 are brought to it; in squared units of the label where the model has no scale.
    public var penalty: Double
    /// The known rows that move too, from where they are.
    public var refresh: Refresh

    /// Options.
    public init(penalty: Double = Self.defaultPenalty, refresh: Refresh = .none) {
        self.penalty = penalty
        self.refresh = refresh
    }

    /// The penalty; docs/history/quality-log.md has the choice of it.
    public static let defaultPenalty = 0.5

    func validate() throws(TrainingError) {
        guard penalty > 0, penalty.isFinite else {
            throw TrainingError(
                .invalidOption,
                "the penalty \(penalty) is not a finite number above 0; choose one that is"
            )
        }
    }
}
