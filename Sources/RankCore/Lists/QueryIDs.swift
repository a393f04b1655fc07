/// The ids of one query: a user and candidates of the same kind.
package enum QueryIDs: Hashable, Sendable {
    /// Numbers.
    case numbers(user: UInt64, candidates: [UInt64])
    /// Texts.
    case text(user: String, candidates: [String])

    /// Takes ids of either kind.
    package init<ID: CandidateID>(user: ID, candidates: [ID]) {
        self = ID.candidateIDKind.query(user, candidates)
    }

    /// The number of candidates.
    package var count: Int {
        switch self {
        case .numbers(_, let candidates): candidates.count
        case .text(_, let candidates): candidates.count
        }
    }
}
