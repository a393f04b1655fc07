/// Reads a file of ratings line by line; memory is 16 bytes a rating with its time, and that of the ids.
struct RatingReader {
    let path: String
    let layout: RatingLayout
    /// The scale that ratings are checked against; nil to find it out.
    let scale: RatingScale?

    /// The most ratings that memory is reserved for before they are read: a sparse file may be large and hold few.
    private static let mostReserved = 1 << 27

    /// Reads the file.
    ///
    /// Plain lines that the buffer holds whole take a fast path; the first line and every other line takes the slow
    /// one, which also reports errors.
    ///
    /// - Returns: The ratings, or nil when ids are not numbers where the layout allows texts.
    /// - Throws: `DataError` that names the line.
    func read<Rows: IDRows>(_: Rows.Type) throws(DataError) -> RatingBuilder<Rows>? {
        var lines = try LineScanner(path: path)
        let plainLines = PlainLines(layout, scale: scale)
        var block = RatingBlock()
        var builder = RatingBuilder<Rows>(hasTimestamps: layout.timestamp != nil)
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

    /// Adds a line that is not plain, or throws what is wrong with it.
    ///
    /// - Returns: Whether its ids are of the kind that the rows take.
    private func append<Rows: IDRows>(
        _ line: [UInt8],
        _ number: Int,
        to builder: inout RatingBuilder<Rows>
    ) throws(DataError) -> Bool {
        let fields = try layout.fields(of: line, number: number, file: path)
        if Rows.self == NumberRows.self, layout.allowsTexts {
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
