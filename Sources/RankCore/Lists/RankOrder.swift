/// The total order of a ranked list: score descending, then id ascending, then position ascending.
///
/// Candidates that were not scored come after all others, by position.
///
/// Positions are unique, so no two entries of a list are equal, and every sort or merge by this order gives the same
/// list. Zeros of both signs are equal. Numbers are ordered by value, texts by their UTF-8 bytes.
public enum RankOrder {
    /// Whether `first` stands before `second`.
    @inlinable
    public static func precedes<ID: CandidateID>(_ first: RankedEntry<ID>, _ second: RankedEntry<ID>) -> Bool {
        guard first.isScored == second.isScored else { return first.isScored }
        guard first.isScored else { return first.position < second.position }
        guard first.score == second.score else { return first.score > second.score }
        return idPrecedes(first.id, second.id) ?? (first.position < second.position)
    }

    /// Whether the first id stands before the second one among equal scores; nil where they are the same.
    @inlinable
    package static func idPrecedes<ID: CandidateID>(_ first: ID, _ second: ID) -> Bool? {
        // Ties are frequent among unknown candidates: where the type is known, this is a comparison of two numbers.
        if let first = first as? UInt64, let second = second as? UInt64 {
            return first == second ? nil : first < second
        }
        return ID.candidateIDKind.precedes(first, second)
    }
}
