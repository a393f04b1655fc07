import RankSystem

extension Catalog {
    /// Reads a catalogue.
    ///
    /// - Parameter path: A data-set directory, a MovieLens `u.item` or `movies.dat`, a RecBole `*.item`, or a CSV file
    ///   whose header is `item,title` (or `item_id,title`, `movieId,title,genres`), titles quoted where they hold a
    ///   comma or a quote. `u.item` and `movies.dat` are known by their names, RecBole by its typed header.
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
            switch files.format {
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

extension DataFiles {
    /// The catalogue, the items' columns, and notes on how columns were chosen; empty where the format has no
    /// catalogue.
    ///
    /// - Throws: `DataError` for ids that are no numbers, among others.
    func readItems() throws(DataError) -> (catalog: Catalog, attributes: Attributes, notes: [String]) {
        guard let path = items else { return (Catalog(), .empty, []) }
        let bytes = try FileSystem.readText(path)
        switch format {
        case .movieLens:
            let catalog = try MovieLens.catalog(bytes, file: path)
            return (catalog, MovieLens.itemAttributes(bytes, catalog), [])
        case .recBole:
            let (catalog, notes) = try RecBole.catalog(bytes, file: path)
            return (catalog, try RecBole.itemAttributes(bytes, catalog, file: path), notes)
        case .movieLensDat:
            let (catalog, attributes) = try MovieLensDat.items(bytes, file: path).resolve()
            return (catalog, attributes, [])
        case .movieLensCSV, .csv:
            let rows = try ItemRows.csv(bytes, file: path)
            let (catalog, attributes) = try rows.resolve()
            return (catalog, attributes, rows.notes)
        }
    }

    /// The columns of the users' file; empty without one.
    func readUsers() throws(DataError) -> Attributes {
        guard let path = users else { return .empty }
        let bytes = try FileSystem.readText(path)
        switch format {
        case .movieLens: return try MovieLens.userAttributes(bytes, file: path)
        case .recBole: return try RecBole.userAttributes(bytes, file: path)
        case .movieLensDat: return try MovieLensDat.userAttributes(bytes, file: path)
        case .movieLensCSV, .csv: return .empty
        }
    }
}
