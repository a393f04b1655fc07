/// The scores of one user's candidates, in the order of the call, all of one model under one profile.
///
/// A collection of floats, one for each candidate:
///
///     for (candidate, score) in zip(candidates, scores) { … }
///
/// Every score is finite, save those of ``omittedPositions``, which are NaN; there are such only under
/// ``UnknownIDPolicy/omit``.
public struct ScoreList: RandomAccessCollection, Hashable, Sendable {
    /// The scores; entry i is of candidate i.
    public var scores: [Float]
    /// The candidates that were scored by the model's row for unknown ids, ascending.
    public var unknownPositions: [Int]
    /// The candidates that were not scored in time, ascending; the model's prior stands for their scores.
    public var unscoredPositions: [Int]
    /// The candidates that were left out, ascending.
    public var omittedPositions: [Int]
    /// The model that scored all of them.
    public var model: ModelID
    /// The profile that all of them were scored under.
    public var profile: NumericProfile
    /// Scored candidates / candidates, 0...1; 1 without candidates.
    public var coverage: Float
    /// Whether the user was unknown to the model.
    public var isUserUnknown: Bool
    /// Whether time ran out before every candidate was scored.
    public var isPartial: Bool
    /// The requests that the call was made of; none for scores made in-process.
    public var parts: [PartReport]

    /// Describes scores.
    public init(
        scores: [Float],
        unknownPositions: [Int] = [],
        unscoredPositions: [Int] = [],
        omittedPositions: [Int] = [],
        model: ModelID,
        profile: NumericProfile,
        coverage: Float = 1,
        isUserUnknown: Bool = false,
        isPartial: Bool = false,
        parts: [PartReport] = []
    ) {
        self.scores = scores
        self.unknownPositions = unknownPositions
        self.unscoredPositions = unscoredPositions
        self.omittedPositions = omittedPositions
        self.model = model
        self.profile = profile
        self.coverage = coverage
        self.isUserUnknown = isUserUnknown
        self.isPartial = isPartial
        self.parts = parts
    }

    /// 0, the index of the first candidate.
    @inlinable public var startIndex: Int { scores.startIndex }
    /// The number of candidates.
    @inlinable public var endIndex: Int { scores.endIndex }

    /// The score of the candidate at an index of the call.
    @inlinable public subscript(index: Int) -> Float { scores[index] }
}
