/// Reads a file of ratings line by line: 16 bytes a rating with its time, and what the ids take.
struct RatingReader {
    let path: String
    let layout: RatingLayout
    /// The scale that ratings are checked against; nil to find it out.
    let scale: RatingScale?

    /// Ratings that room is made for before they are read, at most: what a file with holes promises need not be there.
    private static let mostReserved = 1 << 27

    /// Reads the file.
    ///
    /// Plain lines go a short way, all of them that the buffer holds whole; the first line and any other is taken apart
    /// at leisure, and what is wrong with it is said there.
    ///
    /// - Returns: The ratings, or nil when ids are not numbers where the layout allows texts.
    /// - Throws: `DataError` that names the line.
    func read<Table: IDTable>(_: Table.Type) throws(DataError) -> RatingBuilder<Table>? {
        var lines = try LineScanner(path: path)
        let plainLines = PlainLines(layout, scale: scale)
        var block = RatingBlock()
        var builder = RatingBuilder<Table>(hasTimestamps: layout.timestamp != nil)
        builder.reserveCapacity(min(lines.estimatedLineCount(), Self.mostReserved))
        var blank: Int?
        while let line = try lines.next() {
            if lines.number >= layout.firstLine {
                if layout.allowsBlankEnd, line.allSatisfy(isBlank) {
                    blank = blank ?? lines.number
                    continue
                }
                if let blank { throw .at(blank, of: path, "the line is empty, and further lines follow it") }
                guard try append(Array(line), lines.number, to: &builder) else { return nil }
            }
            guard lines.number + 1 >= layout.firstLine else { continue }
            while true {
                lines.take { cursor in plainLines.take(at: &cursor, &builder.users, &builder.items, into: &block) }
                if block.count == 0 { break }
                builder.append(&block)
            }
        }
        guard builder.count > 0 else {
            let found =
                lines.number == 0
                ? "the file is empty" : lines.number < layout.firstLine ? "only a header" : "blank lines"
            throw DataError(.malformed, "\(path): no ratings in it, \(found); expected a line for each rating")
        }
        builder.byteCount = lines.byteCount
        return builder
    }

    /// Adds any other line, or says what is wrong with it.
    ///
    /// - Returns: Whether its ids are of the table's kind.
    private func append<Table: IDTable>(
        _ line: [UInt8],
        _ number: Int,
        to builder: inout RatingBuilder<Table>
    ) throws(DataError) -> Bool {
        let fields = try layout.fields(of: line, number: number, file: path)
        if Table.self == NumberTable.self, layout.allowsTexts {
            for column in [layout.user, layout.item] where !fields[column].isPlainNumber { return false }
        }
        let user = try builder.users.row(of: fields[layout.user], named: "user id", line: number, of: path)
        let item = try builder.items.row(of: fields[layout.item], named: "item id", line: number, of: path)
        let rating = fields[layout.rating]
        let stars = try rating.rating(rating.indices, on: scale, line: number, of: path)
        var seconds: Int64 = 0
        if let timestamp = layout.timestamp {
            let time = fields[timestamp]
            seconds = try time.timestamp(time.indices, line: number, of: path)
        }
        builder.append(user: user, item: item, stars: stars, timestamp: seconds)
        return true
    }
}

extension [UInt8] {
    /// Whether it is a number of at most 64 bits whose text is this one: no leading zero.
    var isPlainNumber: Bool {
        guard let number = try? unsignedInteger(indices) else { return false }
        return "\(number)".utf8.elementsEqual(self)
    }
}

/// Ratings being read: rows in the order in which their ids came.
struct RatingBuilder<Table: IDTable> {
    var users = Table()
    var items = Table()
    /// The bytes that they were read from.
    var byteCount = 0
    fileprivate(set) var userRows: [UInt32] = []
    fileprivate(set) var itemRows: [UInt32] = []
    fileprivate(set) var stars: [Float] = []
    fileprivate(set) var times: Timestamps?
    /// The lowest rating; infinite before the first.
    private(set) var lowest = Float.infinity
    /// The highest rating, likewise.
    private(set) var highest = -Float.infinity

    init(hasTimestamps: Bool) {
        times = hasTimestamps ? Timestamps() : nil
    }

    var count: Int { stars.count }

    mutating func reserveCapacity(_ count: Int) {
        userRows.reserveCapacity(count)
        itemRows.reserveCapacity(count)
        stars.reserveCapacity(count)
        times?.reserveCapacity(count)
    }

    /// Adds a rating by the rows of its ids; the time is passed over where there are none.
    mutating func append(user: UInt32, item: UInt32, stars: Float, timestamp: Int64) {
        userRows.append(user)
        itemRows.append(item)
        self.stars.append(stars)
        times?.append(timestamp)
        lowest = min(lowest, stars)
        highest = max(highest, stars)
    }

    /// Adds the ratings of a block, which is empty then.
    mutating func append(_ block: inout RatingBlock) {
        block.drain { users, items, stars, times in
            userRows.append(contentsOf: users)
            itemRows.append(contentsOf: items)
            self.stars.append(contentsOf: stars)
            self.times?.append(contentsOf: times)
            for rating in stars {
                lowest = min(lowest, rating)
                highest = max(highest, rating)
            }
        }
    }

    /// The ratings, given the id that each row stands for, all different, and the names of those ids where they have any.
    consuming func finish(
        userIDs: [UInt64],
        itemIDs: [UInt64],
        scale: RatingScale,
        userNames: IDNames? = nil,
        itemNames: IDNames? = nil
    ) -> Ratings {
        let (rows, partners) = (userRows, itemRows)
        (userRows, itemRows) = ([], [])
        let users = IDColumn(ids: userIDs, rows: rows)
        let items = IDColumn(ids: itemIDs, rows: partners)
        return Ratings(
            users,
            items,
            stars: stars,
            timestamps: times,
            scale: scale,
            userNames: userNames,
            itemNames: itemNames
        )
    }
}

extension RatingBuilder<NumberTable> {
    /// The ratings of a set whose ids are numbers.
    consuming func finish(scale: RatingScale) -> Ratings {
        let ids = (users: users.numbers, items: items.numbers)
        return finish(userIDs: ids.users, itemIDs: ids.items, scale: scale)
    }
}

extension IDColumn {
    /// The column of rows that come in any order, `ids` being those of the rows.
    fileprivate init(ids: [UInt64], rows: consuming [UInt32]) {
        if zip(ids, ids.dropFirst()).allSatisfy({ $0 < $1 }) {
            self.init(vocabulary: ids, rows: rows)
            return
        }
        let order = ids.indices.sorted { ids[$0] < ids[$1] }
        var places = [UInt32](repeating: 0, count: ids.count)
        for (place, row) in order.enumerated() { places[row] = UInt32(place) }
        for index in rows.indices { rows[index] = places[Int(rows[index])] }
        self.init(vocabulary: order.map { ids[$0] }, rows: rows)
    }
}
