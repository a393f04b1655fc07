public import RankProtocol

/// Every candidate that a model knows, as a worker lists them.
public struct CandidateCatalog: Hashable, Sendable {
    /// Ids of one kind.
    public enum IDs: Hashable, Sendable {
        /// Ids that are numbers.
        case numbers([UInt64])
        /// Ids that are texts.
        case texts([String])

        /// The number of ids.
        public var count: Int {
            switch self {
            case .numbers(let ids): ids.count
            case .texts(let ids): ids.count
            }
        }
    }

    /// The ids, in the order of the model's rows, each once.
    public var ids: IDs
    /// The model of the candidates; a call that demands this model knows all of them.
    public var model: ModelID
    /// The profile of the worker that listed them.
    public var profile: NumericProfile

    /// The number of candidates.
    public var count: Int { ids.count }
}

extension CandidateCatalog.IDs {
    /// The ids of the first page.
    init(_ page: CatalogPage.IDs) {
        switch page {
        case .numbers(let ids): self = .numbers(ids)
        case .texts(let ids): self = .texts(ids)
        }
    }

    /// Takes the ids of the next page.
    ///
    /// - Returns: false, with nothing taken, if they are of the other kind.
    mutating func append(_ page: CatalogPage.IDs) -> Bool {
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
