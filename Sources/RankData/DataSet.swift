/// Ratings and the catalogue of what is rated.
public struct DataSet: Sendable, Equatable {
    /// What to call it in a report: `MovieLens-100k` for exactly those ratings, `synthetic (seed N)` for a set made
    /// by `SyntheticMovieLens`, else the name of its directory.
    public let name: String
    /// Whether the ratings were invented; a result on them says nothing about MovieLens.
    public let isSynthetic: Bool
    /// The ratings, in file order.
    public let ratings: Ratings
    /// The items; it has every rated one.
    public let catalog: Catalog
    /// What is known of users; some of them may have rated nothing, and some who have may be missing.
    public let userAttributes: Attributes
    /// What is known of the items of the catalogue.
    public let itemAttributes: Attributes

    init(
        name: String,
        isSynthetic: Bool,
        ratings: Ratings,
        catalog: Catalog,
        userAttributes: Attributes = .empty,
        itemAttributes: Attributes = .empty
    ) {
        self.name = name
        self.isSynthetic = isSynthetic
        self.ratings = ratings
        self.catalog = catalog
        self.userAttributes = userAttributes
        self.itemAttributes = itemAttributes
    }

    /// Reads a data set, its form known by what lies in the directory.
    ///
    /// MovieLens: `u.data` and `u.item`, and `u.info` against truncation where it is there. RecBole: one `NAME.inter`
    /// and one `NAME.item`. Users are described by `u.user` or `NAME.user`, where it is there. A byte order mark, `\r\n` and a missing last line end are tolerated. The same ratings in
    /// either form give equal `ratings`.
    ///
    /// Linear in the size of the files; 100,000 ratings take some milliseconds.
    ///
    /// - Parameter directory: The directory to look into.
    /// - Returns: The data set.
    /// - Throws: `DataError` that names the file, the line and what was expected there: a missing, empty or truncated
    ///   file, two forms mixed or half of one, a wrong number of columns, an id beyond 64 bits, a rating that is not
    ///   a number in 1...5, a pair rated twice, a rated item that the catalogue lacks.
    public static func load(directory: String) throws(DataError) -> DataSet {
        let files = try DataFiles(in: directory)
        let catalog = try files.form.readCatalog(files.items)
        let ratings = try files.form.readRatings(files.ratings).finish(with: catalog, from: files.items)
        if let info = files.info { try MovieLens.check(info, ratings: ratings, catalog: catalog) }
        let name: String
        if let marker = files.marker {
            name = syntheticName(try MovieLens.syntheticSeed(marker))
        } else {
            name = ratings.areMovieLens100K ? "MovieLens-100k" : lastPathComponent(directory)
        }
        return DataSet(
            name: name,
            isSynthetic: files.marker != nil,
            ratings: ratings,
            catalog: catalog,
            userAttributes: try files.users.map(files.form.readUserAttributes) ?? .empty,
            itemAttributes: try files.form.readItemAttributes(files.items, catalog)
        )
    }

    static func syntheticName(_ seed: UInt64) -> String {
        "synthetic (seed \(seed))"
    }
}

extension Ratings {
    /// Whether these are the 100,000 ratings of MovieLens-100k, in their order.
    ///
    /// Compares a 64-bit FNV-1a sum: enough to keep other data from being mistaken for MovieLens, no proof against
    /// someone who wants to deceive.
    fileprivate var areMovieLens100K: Bool {
        guard count == 100_000 else { return false }
        var sum: UInt64 = 0xCBF2_9CE4_8422_2325
        forEachCanonicalChunk { chunk in
            for byte in chunk { sum = (sum ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        }
        return sum == 0xD3F8_041F_2811_7E01
    }
}
