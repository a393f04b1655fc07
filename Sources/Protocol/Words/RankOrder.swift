/// What the order of a ranked list looks at.
public struct RankKey<ID> {
    /// The score; finite.
    public var score: Float
    /// The candidate's id.
    public var id: ID
    /// The index in the request's candidates.
    public var position: Int
    /// False for a candidate that was not scored in time.
    public var isScored: Bool

    /// Describes an entry.
    public init(score: Float, id: ID, position: Int, isScored: Bool = true) {
        self.score = score
        self.id = id
        self.position = position
        self.isScored = isScored
    }
}

extension RankKey: Sendable where ID: Sendable {}

/// The total order of a ranked list: score descending, then id ascending, then position ascending.
///
/// Candidates that were not scored come after all others, by position.
///
/// Positions are unique, so no two entries of a list are equal, and every sort or merge by this order
/// gives the same list. Zeros of both signs are equal.
public enum RankOrder {
    /// Whether `first` stands before `second`; ids compare as unsigned numbers.
    @inlinable
    public static func precedes(_ first: RankKey<UInt64>, _ second: RankKey<UInt64>) -> Bool {
        decide(first, second) { $0 < $1 ? true : $0 > $1 ? false : nil }
    }

    /// Whether `first` stands before `second`; ids compare by their UTF-8 bytes, not by Unicode collation.
    public static func precedes(_ first: RankKey<String>, _ second: RankKey<String>) -> Bool {
        decide(first, second) {
            if $0.utf8.lexicographicallyPrecedes($1.utf8) { return true }
            return $0.utf8.elementsEqual($1.utf8) ? nil : false
        }
    }

    /// Whether the id in `first` stands before the id in `second` by bytes, nil when they are equal.
    public static func textPrecedes(_ first: RawSpan, _ second: RawSpan) -> Bool? {
        for offset in 0..<min(first.byteCount, second.byteCount) {
            let bytes = (first.uint8(at: offset), second.uint8(at: offset))
            if bytes.0 != bytes.1 { return bytes.0 < bytes.1 }
        }
        return first.byteCount == second.byteCount ? nil : first.byteCount < second.byteCount
    }

    @inlinable
    static func decide<ID>(
        _ first: RankKey<ID>,
        _ second: RankKey<ID>,
        byID: (ID, ID) -> Bool?
    ) -> Bool {
        guard first.isScored == second.isScored else { return first.isScored }
        guard first.isScored else { return first.position < second.position }
        guard first.score == second.score else { return first.score > second.score }
        return byID(first.id, second.id) ?? (first.position < second.position)
    }
}
