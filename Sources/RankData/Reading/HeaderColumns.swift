/// The meaning of a column, and the names that a header may give it.
struct ColumnMeaning: Sendable {
    /// The name of the meaning in messages.
    let what: String
    /// The name that wins over all others.
    let name: String
    /// Other names that are read, in lower case.
    let synonyms: [String]
    /// Further names, in lower case, that are not read: such a column is left out, and a note says so.
    var unread: [String] = []

    /// All names that are read.
    var names: [String] { [name] + synonyms }
}

/// The names of a file's columns, in which each meaning is looked for once.
struct HeaderColumns {
    private let file: String
    private let line: Int
    private let names: [String]
    private let lowercased: [String]
    /// Notes on which of several columns of one meaning was taken, one sentence each.
    private(set) var notes: [String] = []

    /// - Parameters:
    ///   - names: As they stand in the file.
    ///   - file: For messages.
    ///   - line: Where they stand.
    init(_ names: [String], of file: String, line: Int = 1) {
        self.names = names
        self.file = file
        self.line = line
        lowercased = names.map { $0.lowercased() }
    }

    /// Whether any column has a meaning.
    func has(_ meaning: ColumnMeaning) -> Bool { lowercased.contains { meaning.names.contains($0) } }

    /// The column of a meaning; nil where there is none.
    ///
    /// Of several columns the one with the meaning's own name is taken, and a note says so.
    ///
    /// - Throws: `DataError` where that name is not there, or twice.
    mutating func column(_ meaning: ColumnMeaning) throws(DataError) -> Int? {
        guard has(meaning) else { return nil }
        let found = names.indices.filter { (meaning.names + meaning.unread).contains(lowercased[$0]) }
        guard found.count > 1 else { return found.first }
        let exact = found.filter { lowercased[$0] == meaning.name }
        let all = found.map { "\(names[$0]) (column \($0 + 1))" }.joined(separator: " and ")
        guard exact.count == 1 else {
            let advice =
                exact.isEmpty
                ? "rename the right one to \(meaning.name), or leave the others out" : "leave all but one of them out"
            throw .at(
                line,
                of: file,
                "\(found.count) columns may be the \(meaning.what): \(all); expected one; \(advice)"
            )
        }
        let others = found.filter { $0 != exact[0] }.map { names[$0] }.joined(separator: " and ")
        notes.append("\(all) may be the \(meaning.what): \(names[exact[0]]) is taken, and \(others) is left out")
        return exact[0]
    }
}
