/// The files of MovieLens-100k as GroupLens publishes them.
///
/// Source: the README of ml-100k. `u.data` has user, item, rating and time, tab-separated; `u.item` has 24 fields
/// separated by `|` in Latin-1, the first two being id and title; `u.info` has the counts.
enum MovieLens {
    static let dataName = "u.data"
    static let itemName = "u.item"
    static let infoName = "u.info"
    static let markerName = "SYNTHETIC"

    /// Id, title, two dates, URL and 19 genres.
    static let itemFieldCount = 24

    static let layout = RatingLayout(
        separator: .byte(UInt8(ascii: "\t")),
        fieldCount: 4,
        user: 0,
        item: 1,
        rating: 2,
        timestamp: 3,
        firstLine: 1,
        expected: "expected 4 separated by tabs: user, item, rating, timestamp"
    )

    static func catalog(_ bytes: [UInt8], file: String) throws(DataError) -> Catalog {
        var lines = Lines(bytes)
        var fields: [Range<Int>] = []
        var catalog = Catalog()
        while let line = lines.next() {
            bytes.split(line, at: UInt8(ascii: "|"), into: &fields)
            guard fields.count == itemFieldCount else {
                throw .at(
                    lines.number,
                    of: file,
                    "\(columns(fields.count, line)), expected \(itemFieldCount) separated by '|': "
                        + "id, title, two dates, URL, 19 genres"
                )
            }
            let id = try bytes.id(fields[0], named: "item id", line: lines.number, of: file)
            if let earlier = catalog.append(id: id, title: latin1(bytes[fields[1]])) {
                throw .at(
                    lines.number,
                    of: file,
                    "item \(id) is listed a second time, first on line \(earlier + 1)"
                )
            }
        }
        if catalog.count == 0 {
            throw DataError(.malformed, "\(file): no items in it; expected a line for each item")
        }
        return catalog
    }

    /// Checks the counts of `u.info`, which reveal a file cut at the end of a line.
    static func check(_ info: String, ratings: Ratings, catalog: Catalog) throws(DataError) {
        let bytes = try FileSystem.readText(info)
        var lines = Lines(bytes)
        var fields: [Range<Int>] = []
        let users = ratings.userIDs.vocabulary.count
        let found = ["users": users, "items": catalog.count, "ratings": ratings.count]
        while let line = lines.next() {
            bytes.split(line, at: UInt8(ascii: " "), into: &fields)
            guard fields.count == 2, let actual = found[bytes.text(fields[1])],
                let promised = try? bytes.unsignedInteger(fields[0])
            else {
                throw .at(lines.number, of: info, "expected a number and 'users', 'items' or 'ratings'")
            }
            guard promised == UInt64(actual) else {
                throw .at(
                    lines.number,
                    of: info,
                    "\(promised) \(bytes.text(fields[1])) are promised, but the files hold \(actual); "
                        + "is one of them truncated?",
                    code: .inconsistent
                )
            }
        }
    }

    /// The seed in the marker of a synthetic set.
    static func syntheticSeed(_ marker: String) throws(DataError) -> UInt64 {
        let bytes = try FileSystem.readText(marker)
        var lines = Lines(bytes)
        let prefix = Array("seed ".utf8)
        guard let line = lines.next(), bytes[line].starts(with: prefix),
            let seed = try? bytes.unsignedInteger(line.dropFirst(prefix.count))
        else {
            throw .at(1, of: marker, "expected 'seed ' and a number")
        }
        return seed
    }

    /// Decodes Latin-1, whose code points are those of Unicode.
    static func latin1(_ bytes: ArraySlice<UInt8>) -> String {
        var text = ""
        text.unicodeScalars.append(contentsOf: bytes.lazy.map { Unicode.Scalar($0) })
        return text
    }
}
