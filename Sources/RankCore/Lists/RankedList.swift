/// The candidates of one user, the best first, all scored by one model under one profile.
///
/// A collection of its entries, in the order of ``RankOrder``:
///
///     for entry in list { print(entry.id, entry.score) }
public struct RankedList<ID: CandidateID>: RandomAccessCollection, Hashable, Sendable {
    /// The candidates, the best first: score descending, then id, then position; those not scored in time come last.
    public var entries: [RankedEntry<ID>]
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
    /// The requests that the call was made of; none for a list ranked in-process.
    public var parts: [PartReport]

    /// Describes a list; `entries` are taken in the order given.
    @inlinable
    public init(
        entries: [RankedEntry<ID>],
        model: ModelID,
        profile: NumericProfile,
        coverage: Float = 1,
        isUserUnknown: Bool = false,
        isPartial: Bool = false,
        parts: [PartReport] = []
    ) {
        self.entries = entries
        self.model = model
        self.profile = profile
        self.coverage = coverage
        self.isUserUnknown = isUserUnknown
        self.isPartial = isPartial
        self.parts = parts
    }

    /// 0, the index of the best entry.
    @inlinable public var startIndex: Int { entries.startIndex }
    /// The number of entries.
    @inlinable public var endIndex: Int { entries.endIndex }

    /// The entry at an index, 0 for the best one.
    @inlinable public subscript(index: Int) -> RankedEntry<ID> { entries[index] }
}
