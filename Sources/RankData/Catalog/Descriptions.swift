/// What the files of a data set say of users and items beside ratings, which are not read.
public struct Descriptions: Sendable, Equatable {
    /// What to call them in a message: the directory they came from.
    public let source: String
    /// The users of the users' file; nobody where there is none.
    public let users: Attributes
    /// The items of the catalogue.
    public let items: Attributes
    /// What the items' ids stand for, where that is texts; users who are described have numbers.
    public let itemNames: IDNames?

    /// Reads the users' file and the catalogue of a directory, as `DataSet.load(directory:_:)` finds them.
    ///
    /// - Parameters:
    ///   - directory: That of a data set.
    ///   - idsAreTexts: Whether any text may be the id of an item in `movies.csv`; in every other form ids are numbers.
    /// - Returns: What the files say.
    /// - Throws: `DataError` that names the file, the line and what was expected there; also when there is no column.
    public static func load(directory: String, idsAreTexts: Bool) throws(DataError) -> Descriptions {
        let files = try DataFiles(in: directory)
        var items = Attributes.empty
        var names: IDNames?
        if idsAreTexts, files.form == .movieLensCSV, let path = files.items {
            (items, names) = try texts(ItemRows.csv(FileSystem.readText(path), file: path), path)
        } else {
            items = try files.readItems().attributes
        }
        let users = try files.readUsers()
        guard !users.columns.isEmpty || !items.columns.isEmpty else {
            throw DataError(
                .inconsistent,
                "\(directory): its files have no columns of users or items; expected a directory whose users' or "
                    + "items' file has some, such as age or genres"
            )
        }
        return Descriptions(source: directory, users: users, items: items, itemNames: names)
    }

    private static func texts(_ rows: ItemRows, _ path: String) throws(DataError) -> (Attributes, IDNames) {
        var table = TextTable()
        var places: [UInt32] = []
        for (id, line) in zip(rows.ids, rows.lines) {
            places.append(try table.row(of: id, named: "item id", line: line, of: path))
        }
        let (names, ids) = table.ranked()
        return (try rows.resolve { ids[Int(places[$0])] }.1, names)
    }
}

extension DataFiles {
    /// The catalogue, what it says of items, and what is to be said of its columns; nothing where the form has none.
    ///
    /// - Throws: `DataError` for ids that are no numbers, among others.
    func readItems() throws(DataError) -> (catalog: Catalog, attributes: Attributes, notes: [String]) {
        guard let path = items else { return (Catalog(), .empty, []) }
        let bytes = try FileSystem.readText(path)
        switch form {
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

    /// What the users' file says; nothing where there is none.
    func readUsers() throws(DataError) -> Attributes {
        guard let path = users else { return .empty }
        let bytes = try FileSystem.readText(path)
        switch form {
        case .movieLens: return try MovieLens.userAttributes(bytes, file: path)
        case .recBole: return try RecBole.userAttributes(bytes, file: path)
        case .movieLensDat: return try MovieLensDat.userAttributes(bytes, file: path)
        case .movieLensCSV, .csv: return .empty
        }
    }
}
