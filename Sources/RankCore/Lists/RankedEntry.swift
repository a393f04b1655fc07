/// One candidate of a ranked list.
public struct RankedEntry<ID: CandidateID>: Hashable, Sendable {
    /// The candidate.
    public var id: ID
    /// The index in the candidates of the call.
    public var position: Int
    /// The score; the model's prior where ``isScored`` is false.
    public var score: Float
    /// Whether the score is of the model's row for unknown ids.
    public var isUnknown: Bool
    /// Whether the candidate was scored in time.
    public var isScored: Bool

    /// Describes an entry.
    @inlinable
    public init(id: ID, position: Int, score: Float, isUnknown: Bool = false, isScored: Bool = true) {
        self.id = id
        self.position = position
        self.score = score
        self.isUnknown = isUnknown
        self.isScored = isScored
    }
}
