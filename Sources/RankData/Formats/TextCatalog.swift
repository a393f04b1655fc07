import RankSystem

/// Items and their titles by the texts of their ids.
public struct TextCatalog: Sendable, Equatable {
    // By bytes: canonically equivalent texts are equal as strings, and still different ids.
    private var titles: [[UInt8]: String] = [:]
    /// The ids, in the order of the file.
    public private(set) var ids: [String] = []

    /// The number of items.
    public var count: Int { ids.count }

    /// The title of an item, or nil when the catalogue does not have it.
    ///
    /// - Complexity: O(n) for an id of n bytes.
    public func title(of id: String) -> String? { titles[Array(id.utf8)] }

    /// The catalogue of a data set.
    public init(_ dataSet: DataSet) {
        self.init(dataSet.catalog, names: dataSet.ratings.itemNames)
    }

    private init(_ catalog: Catalog, names: IDNames? = nil) {
        titles.reserveCapacity(catalog.count)
        ids = catalog.ids.map { names.text($0) }
        for (id, title) in zip(ids, catalog.titles) { titles[Array(id.utf8)] = title }
    }

    private init(_ rows: ItemRows, file: String) throws(DataError) {
        for row in rows.ids.indices {
            let id = try rows.ids[row].textID(named: "item id", line: rows.lines[row], of: file)
            guard titles.updateValue(rows.titles[row], forKey: Array(id.utf8)) == nil else {
                throw .at(rows.lines[row], of: file, "item \(id) is listed a second time; expected each once")
            }
            ids.append(id)
        }
        if count == 0 { throw DataError(.malformed, "\(file): no items in it") }
    }

    /// Reads a catalogue whose ids may be any text.
    ///
    /// - Parameter path: As `Catalog.load(path:)`.
    /// - Returns: The items in file order.
    /// - Throws: `DataError` that names the file, the line and what was expected there.
    public static func load(path: String) throws(DataError) -> TextCatalog {
        var file = path
        if try FileSystem.kind(of: path) == .directory {
            let files = try DataFiles(in: path)
            guard let items = files.items else {
                throw DataError(.inconsistent, "\(path): has ratings and no titles; give a CSV item,title")
            }
            guard files.format == .csv || files.format == .movieLensCSV else {
                return TextCatalog(try Catalog.load(path: path))
            }
            file = items
        } else if try FileSystem.kind(of: path) == .file {
            let name = lastPathComponent(path)
            let isTyped = RecBole.hasTypedHeader(try FileSystem.read(path))
            if name == MovieLens.itemName || name == MovieLensDat.itemName || isTyped {
                return TextCatalog(try Catalog.load(path: path))
            }
        } else {
            // Reports what is wrong with the path.
            return TextCatalog(try Catalog.load(path: path))
        }
        return try TextCatalog(try ItemRows.csv(FileSystem.read(file), file: file), file: file)
    }
}
