import RankSystem

/// The files of a data set, found by their names in its directory.
struct DataFiles {
    let format: DataFormat
    let ratings: String
    /// The catalogue, where the format has one.
    private(set) var items: String?
    /// The users' file, where the directory has one.
    private(set) var users: String?
    /// MovieLens' own counts, where the directory has them.
    private(set) var info: String?
    /// The marker of a synthetic set, where the directory has it.
    private(set) var marker: String?

    /// The paths of all files.
    var paths: [String] { [ratings, items, users, info, marker].compactMap(\.self) }

    static let expected =
        "expected either u.data and u.item (MovieLens) or one *.inter and one *.item (RecBole) or ratings.dat and "
        + "movies.dat (MovieLens 1M, 10M) or ratings.csv and movies.csv (MovieLens since 2013) or one other CSV of "
        + "ratings"
    /// Files of MovieLens that are not read.
    private static let ignored = ["tags.csv", "links.csv", "genome-scores.csv", "genome-tags.csv"]
    private static let ratingsName = "ratings.csv"
    private static let moviesName = "movies.csv"

    /// A file of ratings alone: `*.inter` is RecBole's, `*.dat` is separated by `::`, `u.data` by tabs, all else by
    /// commas.
    init(file: String) {
        ratings = file
        if file.hasSuffix(".inter") {
            format = .recBole
        } else if file.hasSuffix(".dat") {
            format = .movieLensDat
        } else {
            format = lastPathComponent(file) == MovieLens.dataName ? .movieLens : .csv
        }
    }

    /// A file of ratings, or the files in a directory.
    ///
    /// - Throws: As `init(in:)`.
    init(path: String) throws(DataError) {
        if try FileSystem.kind(of: path) == .file { self.init(file: path) } else { try self.init(in: path) }
    }

    /// Looks into a directory.
    ///
    /// - Parameters:
    ///   - directory: The directory.
    ///   - namesInner: Whether a refusal names a directory in this one that holds a data set. Those are looked into
    ///     alone, not what lies below them, which may be a whole disk, or links that lead back.
    /// - Throws: `DataError` when it is missing, or its files are of no format, half of one, or a mixture.
    init(in directory: String, namesInner: Bool = true) throws(DataError) {
        switch try FileSystem.kind(of: directory) {
        case nil: throw DataError(.unreadable, "\(directory): no such directory or file; \(Self.expected)")
        case .file: throw DataError(.unreadable, "\(directory): is a file, not a directory; \(Self.expected)")
        case .directory: break
        }
        let names = try FileSystem.names(in: directory)
        let tables = names.filter { $0.hasSuffix(".csv") && !Self.ignored.contains($0) }
        let parts: [(format: DataFormat, found: [String])] = [
            (.movieLens, [MovieLens.dataName, MovieLens.itemName].filter(names.contains)),
            (
                .recBole,
                names.filter { $0.hasSuffix(".inter") }
                    + names.filter { $0.hasSuffix(".item") && $0 != MovieLens.itemName }
            ),
            (.movieLensDat, [MovieLensDat.dataName, MovieLensDat.itemName].filter(names.contains)),
            (.csv, tables),
        ].filter { !$0.found.isEmpty }
        guard let part = parts.first else {
            throw DataError(
                .inconsistent,
                "\(directory): holds no data set, \(Self.found(names, in: directory, namesInner: namesInner)); "
                    + Self.expected
            )
        }
        guard parts.count == 1 else {
            let found = parts.map { "\($0.found.joined(separator: " and ")) (\($0.format.rawValue))" }
            throw DataError(
                .inconsistent,
                "\(directory): two forms are mixed, \(found.joined(separator: " beside ")); move the files of one "
                    + "form to another directory, or give the file of ratings itself, such as "
                    + "\(joinPath(directory, part.found[0]))"
            )
        }
        func path(_ name: String) -> String { joinPath(directory, name) }
        func optional(_ name: String) -> String? { names.contains(name) ? path(name) : nil }
        func require(_ pair: [String]) throws(DataError) {
            for name in pair where !part.found.contains(name) {
                throw DataError(.inconsistent, "\(directory): \(name) is missing; \(Self.expected)")
            }
        }
        marker = optional(MovieLens.markerName)
        switch part.format {
        case .movieLens:
            try require([MovieLens.dataName, MovieLens.itemName])
            (format, ratings) = (.movieLens, path(MovieLens.dataName))
            items = path(MovieLens.itemName)
            users = optional(MovieLens.userName)
            info = optional(MovieLens.infoName)
        case .recBole:
            let name = try Self.recBoleName(part.found, directory)
            (format, ratings) = (.recBole, path(name + ".inter"))
            items = path(name + ".item")
            users = optional(name + ".user")
        case .movieLensDat:
            try require([MovieLensDat.dataName, MovieLensDat.itemName])
            (format, ratings) = (.movieLensDat, path(MovieLensDat.dataName))
            items = path(MovieLensDat.itemName)
            users = optional(MovieLensDat.userName)
        case .movieLensCSV, .csv:
            if tables.contains(Self.moviesName) {
                try require([Self.ratingsName])
                (format, ratings) = (.movieLensCSV, path(Self.ratingsName))
                items = path(Self.moviesName)
                return
            }
            guard tables.count == 1 else {
                let found = tables.joined(separator: ", ")
                throw DataError(
                    .inconsistent,
                    "\(directory): found \(found); \(Self.expected), or give the file itself"
                )
            }
            (format, ratings) = (.csv, path(tables[0]))
        }
    }

    /// A description of a directory without a data set, with advice where there is an obvious one.
    private static func found(_ names: [String], in directory: String, namesInner: Bool) -> String {
        if names.isEmpty { return "it is empty" }
        let packed = [".gz", ".zip", ".bz2", ".xz", ".zst", ".tar", ".tgz"]
        if let name = names.first(where: { name in packed.contains(where: name.hasSuffix) }) {
            return "only what is packed, such as \(name): unpack it first"
        }
        let sets =
            !namesInner ? [] : names.filter { (try? Self(in: joinPath(directory, $0), namesInner: false)) != nil }
        if let name = sets.first { return "but \(joinPath(directory, name)) does: give that" }
        let rest = names.count > 3 ? " and \(names.count - 3) more" : ""
        return "found \(names.prefix(3).joined(separator: ", "))\(rest)"
    }

    /// The one name of a `.inter` and a `.item`.
    private static func recBoleName(_ found: [String], _ directory: String) throws(DataError) -> String {
        let interactions = found.filter { $0.hasSuffix(".inter") }
        let catalogs = found.filter { $0.hasSuffix(".item") }
        guard interactions.count == 1, catalogs.count == 1 else {
            throw DataError(.inconsistent, "\(directory): found \(found.joined(separator: ", ")); \(expected)")
        }
        let name = interactions[0].dropLast(".inter".count)
        guard name == catalogs[0].dropLast(".item".count) else {
            throw DataError(
                .inconsistent,
                "\(directory): \(interactions[0]) and \(catalogs[0]) belong to different data sets; \(expected)"
            )
        }
        return String(name)
    }
}
