/// The policy for ids that the model has never seen.
public enum UnknownIDPolicy: UInt8, Hashable, Sendable, CaseIterable {
    /// The request gets NOT_FOUND, which names the query, the candidate and the id.
    case fail = 0
    /// The model's row for unknown ids is used, and the entry or the query is flagged.
    case fallback = 1
    /// Unknown candidates are left out; a query with an unknown user has no entry.
    case omit = 2
}
