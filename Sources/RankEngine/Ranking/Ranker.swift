public import RankCore

/// The only door through which anything is scored: the built-in model, the benchmarks' null scorer, plugins.
///
/// A ranker belongs to one thread at a time; it may be made on one thread and handed to another. Scoring allocates
/// nothing unless it throws.
public protocol Ranker: AnyObject {
    /// The ranker's description; constant for its life.
    var info: RankerInfo { get }

    /// Scores that it must reproduce before it serves; none unless it knows some.
    ///
    /// A service checks them with ``reproduceGoldens()`` and refuses a ranker that does not.
    var goldenQueries: [GoldenQuery] { get }

    /// The candidates that the ranker knows, for clients that want all of them ranked; nil unless it can list them.
    ///
    /// Constant for its life.
    var catalog: Vocabulary? { get }

    /// Scores a part of a query's candidates.
    ///
    /// A list may be scored in any split and order: the scores are the same bits. What depends on the user alone is
    /// kept between calls for one user. Ids that are unknown are scored with the row for unknown ids and flagged;
    /// what becomes of them is the caller's business.
    ///
    /// - Parameters:
    ///   - query: The whole query; its bytes are read during the call only.
    ///   - candidates: The positions to score, within the query's candidates.
    ///   - scores: Written; entry i belongs to position `candidates.lowerBound + i`. At least as long as `candidates`.
    ///   - unknown: Written likewise: true where the candidate's id is unknown.
    /// - Returns: Whether the user is known and how many of these candidates are not.
    /// - Throws: ``EngineError/Code/invalidQuery`` when the query does not fit the ranker;
    ///   ``EngineError/Code/scoreNotFinite`` with the position of
    ///   the first candidate whose score is not a number that can be sent. The buffers then hold nothing of use.
    func score(
        _ query: RankQuery,
        candidates: Range<Int>,
        scores: UnsafeMutableBufferPointer<Float>,
        unknown: UnsafeMutableBufferPointer<Bool>
    ) throws(EngineError) -> ScoreOutcome

    /// Whether ``scoreBest(_:candidates:omitsUnknown:best:scores:unknown:)`` leaves candidates out of a list of `count`
    /// of which so many are wanted; by default no list.
    ///
    /// Such lists have a cost of their own.
    func leavesOut(of count: Int, wanted: Int) -> Bool

    /// Scores what may be among the best of a part of a query's candidates; by default every candidate.
    ///
    /// Whatever is left out has a score of −∞ and is certainly worse than as many candidates as are wanted: the best
    /// of the list, chosen from these scores, are those of scoring every candidate, bit for bit.
    ///
    /// - Parameters:
    ///   - query: As for ``score(_:candidates:scores:unknown:)``, like `candidates`, `scores` and `unknown`.
    ///   - candidates: The positions to look at.
    ///   - omitsUnknown: Whether candidates with unknown ids have no place in the list.
    ///   - best: The best scores of the list's earlier parts, reset before the first one; takes those of this part.
    ///   - scores: Written.
    ///   - unknown: Written.
    /// - Returns: As ``score(_:candidates:scores:unknown:)``.
    /// - Throws: As ``score(_:candidates:scores:unknown:)``.
    func scoreBest(
        _ query: RankQuery,
        candidates: Range<Int>,
        omitsUnknown: Bool,
        best: BestScores,
        scores: UnsafeMutableBufferPointer<Float>,
        unknown: UnsafeMutableBufferPointer<Bool>
    ) throws(EngineError) -> ScoreOutcome
}

extension Ranker {
    /// Nothing can be listed.
    public var catalog: Vocabulary? { nil }

    /// Nothing is left out.
    public func leavesOut(of count: Int, wanted: Int) -> Bool { false }

    /// Scores every candidate.
    public func scoreBest(
        _ query: RankQuery,
        candidates: Range<Int>,
        omitsUnknown: Bool,
        best: BestScores,
        scores: UnsafeMutableBufferPointer<Float>,
        unknown: UnsafeMutableBufferPointer<Bool>
    ) throws(EngineError) -> ScoreOutcome {
        try unsafe score(query, candidates: candidates, scores: scores, unknown: unknown)
    }
}

/// The ids that a call of ``Ranker/score(_:candidates:scores:unknown:)`` did not know.
public struct ScoreOutcome: Sendable, Hashable {
    /// Whether the ranker knows the user.
    public var isUserKnown: Bool
    /// The number of unknown ones among the candidates of the call.
    public var unknownCount: Int

    /// Makes an outcome.
    public init(isUserKnown: Bool, unknownCount: Int) {
        self.isUserKnown = isUserKnown
        self.unknownCount = unknownCount
    }
}

/// The description of a ranker, for INFO replies and for checks of requests.
public struct RankerInfo: Sendable {
    /// The model's identity.
    public var modelID: ModelID
    /// The numeric profile of the scores.
    public var profile: NumericProfile
    /// The profile's name; that of a plugin's profile is the plugin's own.
    public var profileName: String
    /// Whether ids are texts; otherwise numbers.
    public var hasTextIDs: Bool
    /// float32 features wanted for each candidate.
    public var featureCount: Int
    /// The columns of a row that a request may give once for its query.
    public var queryColumns: QueryColumns
    /// Whether some feature may be missing, which NaN stands for; where not, NaN is refused as infinities always are.
    public var takesMissingFeatures: Bool
    /// The score of a candidate that nothing scored.
    public var prior: Float
    /// The cost of scoring as the ranker estimates it; a service corrects it by measurement.
    public var costHint: ScoringCost
    /// Facts as INFO shows them, in order, with the keys of docs/reference/protocol.md.
    public var facts: [(key: String, value: String)]

    /// Makes a description; without a name the profile has the one of ``RankCore/NumericProfile``.
    public init(
        modelID: ModelID,
        profile: NumericProfile,
        profileName: String? = nil,
        hasTextIDs: Bool,
        featureCount: Int = 0,
        queryColumns: QueryColumns = .none,
        takesMissingFeatures: Bool = false,
        prior: Float,
        costHint: ScoringCost = ScoringCost(),
        facts: [(key: String, value: String)]
    ) {
        self.modelID = modelID
        self.profile = profile
        self.profileName = profileName ?? profile.description
        self.hasTextIDs = hasTextIDs
        self.featureCount = featureCount
        self.queryColumns = queryColumns
        self.takesMissingFeatures = takesMissingFeatures
        self.prior = prior
        self.costHint = costHint
        self.facts = facts
    }
}

/// The cost of scoring.
public struct ScoringCost: Sendable, Hashable {
    /// Nanoseconds for each call beside its candidates; 0 = not known.
    public var perRequest: Double
    /// Nanoseconds for each candidate; 0 = not known.
    public var perCandidate: Double
    /// Candidates that take about as long as any fewer of them; a service does not cut lists into shorter slices.
    public var sliceLength: Int

    /// A cost, by default one that is not known.
    public init(perRequest: Double = 0, perCandidate: Double = 0, sliceLength: Int = 1) {
        self.perRequest = perRequest
        self.perCandidate = perCandidate
        self.sliceLength = sliceLength
    }
}
