public import RankCore

/// Every candidate that a model knows, as a worker lists them.
public struct CandidateCatalog: Hashable, Sendable {
    /// The ids, in the order of the model's rows, each once.
    public var ids: CandidateIDs
    /// The model of the candidates; a call that demands this model knows all of them.
    public var model: ModelID
    /// The profile of the worker that listed them.
    public var profile: NumericProfile

    /// The number of candidates.
    public var count: Int { ids.count }

    /// The ids as numbers (`UInt64`) or texts (`String`); nil where the model's are of the other kind.
    public func ids<ID: CandidateID>(as kind: ID.Type) -> [ID]? { ID.candidateIDKind.ids(ids) }
}

extension CandidateIDs {
    /// Takes the ids of the next page.
    ///
    /// - Returns: False, with nothing taken, where they are of the other kind.
    mutating func append(_ page: CandidateIDs) -> Bool {
        // The old array is released first, so that appending copies nothing.
        switch (self, page) {
        case (.numbers(var numbers), .numbers(let others)):
            self = .numbers([])
            numbers += others
            self = .numbers(numbers)
        case (.texts(var texts), .texts(let others)):
            self = .texts([])
            texts += others
            self = .texts(texts)
        default: return false
        }
        return true
    }
}
