import RankData

/// Titles by ids of either kind.
enum Titles: Sendable {
    case numbers(Catalog)
    case texts(TextCatalog)

    /// Reads titles.
    ///
    /// - Parameters:
    ///   - path: The catalogue, if one was given.
    ///   - dataSet: The data set whose catalogue is used where none was given.
    ///   - areTexts: Whether ids are texts.
    /// - Returns: nil where there is neither.
    /// - Throws: The fault of the catalogue.
    static func load(_ path: String?, _ dataSet: DataSet?, areTexts: Bool) throws(DataError) -> Titles? {
        if let path {
            return areTexts ? .texts(try TextCatalog.load(path: path)) : .numbers(try Catalog.load(path: path))
        }
        // A file of ratings alone has no titles, which is no column of the table.
        guard let dataSet, dataSet.catalog.count > 0 else { return nil }
        return areTexts ? .texts(TextCatalog(dataSet)) : .numbers(dataSet.catalog)
    }

    /// The items that have titles, in the order of the file.
    func ids<ID: CommandID>(as: ID.Type) -> [ID] {
        switch self {
        case .numbers(let catalog): catalog.ids as? [ID] ?? []
        case .texts(let catalog): catalog.ids as? [ID] ?? []
        }
    }

    func title(of id: some CommandID) -> String? {
        switch self {
        case .numbers(let catalog): (id as? UInt64).flatMap { catalog.title(of: $0) }
        case .texts(let catalog): (id as? String).flatMap { catalog.title(of: $0) }
        }
    }
}
