/// The side information of a data set: the columns of its users and items, read without its ratings.
public struct SideInformation: Sendable, Equatable {
    /// The directory that the columns came from, for messages.
    public let source: String
    /// The columns of the users' file; empty without one.
    public let users: Attributes
    /// The columns of the catalogue's items.
    public let items: Attributes
    /// The texts of the items' ids, nil where those are numbers; the ids of users with columns are always numbers.
    public let itemNames: IDNames?

    /// Reads the users' file and the catalogue of a directory, as `DataSet.load(directory:_:)` finds them.
    ///
    /// - Parameters:
    ///   - directory: The data set's directory.
    ///   - idsAreTexts: Whether any text may be the id of an item in `movies.csv`; in every other format ids are
    ///     numbers.
    /// - Returns: The columns.
    /// - Throws: `DataError` that names the file, the line and what was expected there; also when there is no column.
    public static func load(directory: String, idsAreTexts: Bool) throws(DataError) -> SideInformation {
        let files = try DataFiles(in: directory)
        var items = Attributes.empty
        var names: IDNames?
        if idsAreTexts, files.format == .movieLensCSV, let path = files.items {
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
        return SideInformation(source: directory, users: users, items: items, itemNames: names)
    }

    private static func texts(_ rows: ItemRows, _ path: String) throws(DataError) -> (Attributes, IDNames) {
        var rowsOfIDs = TextRows()
        var places: [UInt32] = []
        for (id, line) in zip(rows.ids, rows.lines) {
            places.append(try rowsOfIDs.row(of: id, named: "item id", line: line, of: path))
        }
        let (names, ids) = rowsOfIDs.ranked()
        return (try rows.resolve { ids[Int(places[$0])] }.1, names)
    }
}
