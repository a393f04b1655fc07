extension RecBole {
    /// The categorical columns of `*.item`, and the years of the titles.
    static func itemAttributes(_ bytes: [UInt8], _ catalog: Catalog, file: String) throws(DataError) -> Attributes {
        var attributes = try self.attributes(bytes, file: file, id: "item_id", except: title.names + year.names)
        if let years = catalog.years {
            attributes = Attributes(ids: attributes.ids, columns: attributes.columns + [years])
        }
        return attributes
    }

    /// The categorical columns of `*.user`.
    static func userAttributes(_ bytes: [UInt8], file: String) throws(DataError) -> Attributes {
        try attributes(bytes, file: file, id: "user_id", except: [])
    }

    /// Reads all columns of type `token`, which have one value, and `token_seq`, whose values are separated by blanks.
    ///
    /// Numbers (`float`) are no categories and are left out.
    private static func attributes(
        _ bytes: [UInt8],
        file: String,
        id: String,
        except: [String]
    ) throws(DataError) -> Attributes {
        var lines = Lines(bytes)
        var header = try Header(bytes, &lines, file)
        let idColumn = try header.column(ColumnMeaning(what: "id", name: id, synonyms: []))
        let taken = header.names.indices.filter {
            $0 != idColumn && header.types[$0].hasPrefix("token") && !except.contains(header.names[$0])
        }
        var table = AttributeTable(file: file, columns: taken.map { header.names[$0] })
        var fields: [Range<Int>] = []
        while let line = lines.next() {
            bytes.split(line, at: UInt8(ascii: "\t"), into: &fields)
            try header.check(fields.count, line, lines.number)
            let values = taken.map { column in
                let text = bytes.text(fields[column])
                guard header.types[column] == "token" else { return text.distinctParts(separator: " ") }
                return text.isEmpty ? [] : [text]
            }
            try table.append(
                id: bytes.id(fields[idColumn], named: "id", line: lines.number, of: file),
                values: values,
                line: lines.number
            )
        }
        return table.attributes
    }
}
