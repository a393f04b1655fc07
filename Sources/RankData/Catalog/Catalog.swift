/// Items and their titles, in the order of the file they came from.
public struct Catalog: Sendable, Equatable {
    /// The item ids, each once.
    public private(set) var ids: [UInt64] = []
    /// The titles, as many as `ids`.
    public private(set) var titles: [String] = []
    private var rows: [UInt64: Int] = [:]

    /// The number of items.
    public var count: Int { ids.count }

    /// The title of an item, or nil when the catalogue does not have it.
    ///
    /// Constant time.
    public func title(of id: UInt64) -> String? {
        rows[id].map { titles[$0] }
    }

    /// Whether the catalogue has an item.
    ///
    /// Constant time.
    public func contains(_ id: UInt64) -> Bool {
        rows[id] != nil
    }

    /// Enters an item.
    ///
    /// - Returns: The row that already has this id, in which case nothing is entered.
    mutating func append(id: UInt64, title: String) -> Int? {
        if let earlier = rows[id] { return earlier }
        rows[id] = ids.count
        ids.append(id)
        titles.append(title)
        return nil
    }

    /// Reads a catalogue.
    ///
    /// - Parameter path: A data-set directory, a MovieLens `u.item` or `movies.dat`, a RecBole `*.item`, or a CSV file whose
    ///   header is `item,title` (or `item_id,title`, `movieId,title,genres`), titles quoted where they hold a comma or
    ///   a quote. `u.item` and `movies.dat` are known by their names, RecBole by its typed header.
    /// - Returns: The items in file order.
    /// - Throws: `DataError` that names the file, the line and what was expected there.
    public static func load(path: String) throws(DataError) -> Catalog {
        switch try FileSystem.kind(of: path) {
        case nil:
            throw DataError(
                .unreadable,
                "\(path): no such file or directory; expected a data-set directory, u.item, *.item or a CSV item,title"
            )
        case .directory:
            let files = try DataFiles(in: path)
            guard let items = files.items else {
                throw DataError(.inconsistent, "\(path): has ratings and no titles; give a CSV item,title")
            }
            let bytes = try FileSystem.readText(items)
            switch files.form {
            case .movieLens: return try MovieLens.catalog(bytes, file: items)
            case .recBole: return try RecBole.catalog(bytes, file: items).0
            case .movieLensDat: return try MovieLensDat.items(bytes, file: items).resolve().0
            case .movieLensCSV, .csv: return try ItemRows.csv(bytes, file: items).resolve().0
            }
        case .file:
            let bytes = try FileSystem.readText(path)
            if lastPathComponent(path) == MovieLens.itemName {
                return try MovieLens.catalog(bytes, file: path)
            }
            if lastPathComponent(path) == MovieLensDat.itemName {
                return try MovieLensDat.items(bytes, file: path).resolve().0
            }
            return RecBole.hasTypedHeader(bytes)
                ? try RecBole.catalog(bytes, file: path).0 : try ItemRows.csv(bytes, file: path).resolve().0
        }
    }
}
