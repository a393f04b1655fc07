/// An id of users and candidates: `UInt64` or `String`, as the model's ids are numbers or texts.
///
/// The protocol is closed: no other type conforms, since only this package makes a ``CandidateIDKind``. Texts are equal
/// where their UTF-8 bytes are; texts that only look alike are different ids, though equal as `String`s.
public protocol CandidateID: Hashable, Sendable {
    /// The kind of ids, of the two, that the type is.
    static var candidateIDKind: CandidateIDKind<Self> { get }
}

/// One of the two kinds of ids, as the pool and the engine use it.
public struct CandidateIDKind<ID: Hashable & Sendable>: Sendable {
    /// A user and candidates as ids of this kind.
    package let query: @Sendable (_ user: ID, _ candidates: [ID]) -> QueryIDs
    /// The ids of a catalogue; nil where they are of the other kind.
    package let ids: @Sendable (CandidateIDs) -> [ID]?
    /// Whether the first id stands before the second one in a ranked list; nil where they are the same.
    @usableFromInline package let precedes: @Sendable (ID, ID) -> Bool?

    fileprivate init(
        query: @escaping @Sendable (_ user: ID, _ candidates: [ID]) -> QueryIDs,
        ids: @escaping @Sendable (CandidateIDs) -> [ID]?,
        precedes: @escaping @Sendable (ID, ID) -> Bool?
    ) {
        self.query = query
        self.ids = ids
        self.precedes = precedes
    }
}

extension UInt64: CandidateID {
    /// Numbers, ordered by value.
    public static var candidateIDKind: CandidateIDKind<UInt64> {
        CandidateIDKind(
            query: { .numbers(user: $0, candidates: $1) },
            ids: { if case .numbers(let ids) = $0 { ids } else { nil } },
            precedes: { $0 == $1 ? nil : $0 < $1 }
        )
    }
}

extension String: CandidateID {
    /// Texts, ordered by their UTF-8 bytes, not by Unicode collation.
    public static var candidateIDKind: CandidateIDKind<String> {
        CandidateIDKind(
            query: { .text(user: $0, candidates: $1) },
            ids: { if case .texts(let ids) = $0 { ids } else { nil } },
            precedes: {
                if $0.utf8.lexicographicallyPrecedes($1.utf8) { return true }
                return $0.utf8.elementsEqual($1.utf8) ? nil : false
            }
        )
    }
}
