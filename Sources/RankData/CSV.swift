/// The little CSV this module reads: fields separated by commas, quoted where they hold a comma or a quote (RFC 4180,
/// but a field does not span lines).
enum CSV {
    /// Takes a line apart.
    ///
    /// - Returns: The fields without quotes and surrounding blanks, or nil when a quote is not closed or text follows its end.
    static func fields(_ bytes: [UInt8], _ line: Range<Int>) -> [String]? {
        rawFields(bytes, line)?.map { String(decoding: $0, as: UTF8.self) }
    }

    /// The same as bytes, which need not be UTF-8.
    static func rawFields(_ bytes: [UInt8], _ line: Range<Int>) -> [[UInt8]]? {
        let comma = UInt8(ascii: ",")
        let quote = UInt8(ascii: "\"")
        var fields: [[UInt8]] = []
        var index = line.lowerBound
        while true {
            while index < line.upperBound, bytes[index] == UInt8(ascii: " ") { index += 1 }
            if index < line.upperBound, bytes[index] == quote {
                var field: [UInt8] = []
                index += 1
                while true {
                    guard index < line.upperBound else { return nil }
                    if bytes[index] == quote {
                        index += 1
                        guard index < line.upperBound, bytes[index] == quote else { break }
                    }
                    field.append(bytes[index])
                    index += 1
                }
                fields.append(field)
                while index < line.upperBound, bytes[index] == UInt8(ascii: " ") { index += 1 }
                guard index == line.upperBound || bytes[index] == comma else { return nil }
            } else {
                let start = index
                while index < line.upperBound, bytes[index] != comma { index += 1 }
                fields.append(Array(bytes[bytes.trimmed(start..<index)]))
            }
            guard index < line.upperBound else { return fields }
            index += 1
        }
    }

    static func catalog(_ bytes: [UInt8], file: String) throws(DataError) -> Catalog {
        var lines = Lines(bytes)
        let expected = "expected a header 'item,title' and lines such as 204,\"Back to the Future (1985)\""
        guard let first = lines.next(), let header = fields(bytes, first)?.map({ $0.lowercased() }),
            let item = header.firstIndex(where: { RatingCSV.itemHeaders.contains($0) }),
            let title = header.firstIndex(of: "title")
        else {
            throw .at(1, of: file, expected)
        }
        var catalog = Catalog()
        var linesOfRows: [Int] = []
        while let line = lines.next() {
            if line.isEmpty { continue }
            guard let values = fields(bytes, line) else {
                throw .at(lines.number, of: file, "a quote is not closed, or text stands behind it; \(expected)")
            }
            guard values.count == header.count else {
                throw .at(
                    lines.number,
                    of: file,
                    "\(columns(values.count, line)), expected \(header.count) as in the header; quote titles with commas"
                )
            }
            let field = Array(values[item].utf8)
            let id = try field.id(field.indices, named: "item id", line: lines.number, of: file)
            if let earlier = catalog.append(id: id, title: values[title]) {
                throw .at(
                    lines.number,
                    of: file,
                    "item \(id) is listed a second time, first on line \(linesOfRows[earlier])"
                )
            }
            linesOfRows.append(lines.number)
        }
        if catalog.count == 0 { throw DataError(.malformed, "\(file): no items in it") }
        return catalog
    }
}
