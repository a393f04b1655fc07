public import RankProtocol

/// Every candidate that a model knows, as a worker lists them.
public struct CandidateCatalog: Hashable, Sendable {
    /// The ids, in the order of the model's rows, each once.
    public var ids: CatalogPage.IDs
    /// The model whose candidates they are; demand it of the calls that score them, and none of them is unknown.
    public var model: ModelID
    /// The profile of the worker that listed them.
    public var profile: NumericProfile

    /// How many candidates there are.
    public var count: Int { ids.count }
}

extension CatalogPage.IDs {
    /// Takes the ids of the next page.
    ///
    /// - Returns: False, with nothing taken, where they are of the other kind.
    mutating func append(_ page: CatalogPage.IDs) -> Bool {
        // The old array is let go first, so that appending copies nothing.
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
