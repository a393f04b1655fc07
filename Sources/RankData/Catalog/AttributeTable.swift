/// Attributes being read; refuses an id that is listed twice.
struct AttributeTable {
    private var ids: [UInt64] = []
    private var columns: [Attributes.Column]
    private var lines: [UInt64: Int] = [:]
    private let file: String

    init(file: String, columns: [String]) {
        self.file = file
        self.columns = columns.map { Attributes.Column($0) }
    }

    /// Adds a row, with the values of each column.
    mutating func append(id: UInt64, values: [[String]], line: Int) throws(DataError) {
        if let earlier = lines.updateValue(line, forKey: id) {
            throw .at(line, of: file, "the id \(id) is listed a second time, first on line \(earlier)")
        }
        ids.append(id)
        for (index, value) in values.enumerated() { columns[index].values.append(value) }
    }

    /// The attributes that were read.
    var attributes: Attributes { Attributes(ids: ids, columns: columns) }
}
