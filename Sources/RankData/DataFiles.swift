/// The two file forms a data set may come in.
enum Form: Sendable {
    case movieLens
    case recBole

    /// Reads the catalogue file of this form.
    func readCatalog(_ path: String) throws(DataError) -> Catalog {
        let bytes = try FileSystem.read(path)
        switch self {
        case .movieLens: return try MovieLens.catalog(bytes, file: path)
        case .recBole: return try RecBole.catalog(bytes, file: path)
        }
    }

    /// Reads what the catalogue file says of its items, in the order of the catalogue that was read from it.
    func readItemAttributes(_ path: String, _ catalog: Catalog) throws(DataError) -> Attributes {
        let bytes = try FileSystem.read(path)
        switch self {
        case .movieLens: return MovieLens.itemAttributes(bytes, catalog)
        case .recBole: return try RecBole.itemAttributes(bytes, catalog, file: path)
        }
    }

    /// Reads the users' file of this form.
    func readUserAttributes(_ path: String) throws(DataError) -> Attributes {
        let bytes = try FileSystem.read(path)
        switch self {
        case .movieLens: return try MovieLens.userAttributes(bytes, file: path)
        case .recBole: return try RecBole.userAttributes(bytes, file: path)
        }
    }

    /// Reads the ratings file of this form, and the line that row 0 stands on.
    func readRatings(_ path: String) throws(DataError) -> RatingTable {
        let bytes = try FileSystem.read(path)
        switch self {
        case .movieLens: return try MovieLens.ratings(bytes, file: path)
        case .recBole: return try RecBole.ratings(bytes, file: path)
        }
    }
}

/// Finds the files of a data set by what lies in its directory.
struct DataFiles {
    let form: Form
    let ratings: String
    let items: String
    /// What is known of the users, where the directory has it.
    let users: String?
    /// MovieLens' own counts, where the directory has them.
    let info: String?
    /// The marker of a synthetic set, where the directory has it.
    let marker: String?

    private static let expected =
        "expected either u.data and u.item (MovieLens) or one *.inter and one *.item (RecBole)"

    /// Looks into a directory.
    ///
    /// - Throws: `DataError` when it is missing, holds neither form, half of one, or a mixture.
    init(in directory: String) throws(DataError) {
        switch try FileSystem.kind(of: directory) {
        case nil: throw DataError(.unreadable, "\(directory): no such directory; \(Self.expected)")
        case .file: throw DataError(.unreadable, "\(directory): is a file, not a directory; \(Self.expected)")
        case .directory: break
        }
        let names = try FileSystem.names(in: directory)
        let hasData = names.contains(MovieLens.dataName)
        let hasItem = names.contains(MovieLens.itemName)
        let interactions = names.filter { $0.hasSuffix(".inter") }
        let catalogs = names.filter { $0.hasSuffix(".item") && $0 != MovieLens.itemName }

        if hasData || hasItem {
            guard interactions.isEmpty, catalogs.isEmpty else {
                let found =
                    [hasData ? MovieLens.dataName : nil, hasItem ? MovieLens.itemName : nil]
                    .compactMap(\.self) + interactions + catalogs
                throw DataError(
                    .inconsistent,
                    "\(directory): two forms are mixed (\(found.joined(separator: ", "))); \(Self.expected), not both"
                )
            }
            guard hasData, hasItem else {
                let missing = hasData ? MovieLens.itemName : MovieLens.dataName
                throw DataError(.inconsistent, "\(directory): \(missing) is missing; \(Self.expected)")
            }
            form = .movieLens
            ratings = joinPath(directory, MovieLens.dataName)
            items = joinPath(directory, MovieLens.itemName)
            users = names.contains(MovieLens.userName) ? joinPath(directory, MovieLens.userName) : nil
            info = names.contains(MovieLens.infoName) ? joinPath(directory, MovieLens.infoName) : nil
            marker = names.contains(MovieLens.markerName) ? joinPath(directory, MovieLens.markerName) : nil
            return
        }
        guard !interactions.isEmpty || !catalogs.isEmpty else {
            throw DataError(.inconsistent, "\(directory): holds no data set; \(Self.expected)")
        }
        guard interactions.count == 1, catalogs.count == 1 else {
            let found = (interactions + catalogs).joined(separator: ", ")
            throw DataError(.inconsistent, "\(directory): found \(found); \(Self.expected)")
        }
        guard interactions[0].dropLast(".inter".count) == catalogs[0].dropLast(".item".count) else {
            throw DataError(
                .inconsistent,
                "\(directory): \(interactions[0]) and \(catalogs[0]) belong to different data sets; \(Self.expected)"
            )
        }
        form = .recBole
        ratings = joinPath(directory, interactions[0])
        items = joinPath(directory, catalogs[0])
        let userName = interactions[0].dropLast("inter".count) + "user"
        users = names.contains(String(userName)) ? joinPath(directory, String(userName)) : nil
        info = nil
        marker = nil
    }
}
