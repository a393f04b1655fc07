import RankSystem

/// Ratings and the catalogue of what is rated.
public struct DataSet: Sendable {
    /// The name in reports: `MovieLens-100k` for exactly those ratings, `synthetic (seed N)` for a set made
    /// by `SyntheticMovieLens` or `SyntheticRatings`, else the name of its directory or file.
    public let name: String
    /// Whether the ratings were invented; a result on them says nothing about MovieLens.
    public let isSynthetic: Bool
    /// The ratings, in file order.
    public let ratings: Ratings
    /// The items that have titles; those of `u.item` and `*.item` are all that are rated, other catalogues may lack
    /// some, and a file of ratings alone has none.
    public let catalog: Catalog
    /// The columns of the users; users without a rating may be among them, and rated ones may be missing.
    public let userAttributes: Attributes
    /// The columns of the items of the catalogue.
    public let itemAttributes: Attributes
    /// A record of the reading; nil for a set that was made in memory.
    public let reading: DataReading?

    init(
        name: String,
        isSynthetic: Bool,
        ratings: Ratings,
        catalog: Catalog,
        userAttributes: Attributes = .empty,
        itemAttributes: Attributes = .empty,
        reading: DataReading? = nil
    ) {
        self.name = name
        self.isSynthetic = isSynthetic
        self.ratings = ratings
        self.catalog = catalog
        self.userAttributes = userAttributes
        self.itemAttributes = itemAttributes
        self.reading = reading
    }

    /// Reads a data set; the names of the files in the directory tell its format.
    ///
    /// MovieLens-100k: `u.data` and `u.item`, and `u.info` against truncation where it is there. 1M and 10M:
    /// `ratings.dat` and `movies.dat`. Since 2013: `ratings.csv` and `movies.csv`. RecBole: one `NAME.inter` and one
    /// `NAME.item`. Users are described by `u.user`, `users.dat` or `NAME.user`, where it is there. Else one CSV of
    /// ratings. A byte order mark, `\r\n` and a missing last line end are tolerated. The same ratings in any form give
    /// equal `ratings`.
    ///
    /// A million ratings take about a tenth of a second.
    ///
    /// - Complexity: O(n) for n bytes of files.
    ///
    /// - Parameters:
    ///   - directory: The directory to look into.
    ///   - options: What the files leave open.
    /// - Returns: The data set.
    /// - Throws: `DataError` that names the file, the line and what was expected there: a missing, empty or truncated
    ///   file, two forms mixed or half of one, a wrong number of columns, an id beyond 64 bits, a rating that is not
    ///   a number of the scale, a pair rated twice, a rated item that `u.item` or `*.item` lacks.
    public static func load(directory: String, _ options: DataOptions = DataOptions()) throws(DataError) -> DataSet {
        try DataLoader(DataFiles(in: directory), name: lastPathComponent(directory), options).load()
    }

    /// Reads a data set from a directory, as `load(directory:_:)`, or from one file of ratings.
    ///
    /// The name of a file tells its form: `*.inter` is RecBole's, `u.data` and `*.dat` are MovieLens', any other is
    /// CSV.
    ///
    /// - Throws: `DataError`, as `load(directory:_:)`.
    public static func load(path: String, _ options: DataOptions = DataOptions()) throws(DataError) -> DataSet {
        guard path != "-" else {
            throw DataError(
                .unreadable,
                "-: a data set cannot be standard input, because ratings are read twice, for the format and for the "
                    + "ids; write them to a file and give its path"
            )
        }
        return try DataLoader(DataFiles(path: path), name: lastPathComponent(path), options).load()
    }

    /// The files that `load(path:_:)` reads.
    ///
    /// - Throws: `DataError` where they cannot be told.
    public static func files(at path: String) throws(DataError) -> [String] {
        try DataFiles(path: path).paths
    }

    static func syntheticName(_ seed: UInt64) -> String {
        "synthetic (seed \(seed))"
    }
}

extension DataSet: Equatable {
    /// Whether everything but the way it was read is equal.
    public static func == (one: DataSet, other: DataSet) -> Bool {
        one.name == other.name && one.isSynthetic == other.isSynthetic && one.ratings == other.ratings
            && one.catalog == other.catalog && one.userAttributes == other.userAttributes
            && one.itemAttributes == other.itemAttributes
    }
}

/// A record of how a data set was read, for people.
public struct DataReading: Sendable, Equatable {
    /// The format, such as `CSV`.
    public let format: String
    /// The bytes of the file of ratings.
    public let byteCount: Int
    /// The duration of reading all files (seconds).
    public let seconds: Double
    /// The source of the scale: `given`, `by the form` or `found in the ratings`.
    public let scaleSource: String
    /// Notes on what was skipped or is missing, one sentence each.
    public let notes: [String]
}
