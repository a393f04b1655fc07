import RankCore

/// Rows of text, printed for people, for spreadsheets or for a page.
public struct TextTable: Sendable, Equatable {
    /// The side of its column on which a cell stands.
    public enum Alignment: Sendable {
        /// Left-aligned, for text.
        case left
        /// Right-aligned, for numbers.
        case right
    }

    private let columns: [(name: String, alignment: Alignment)]
    private var rows: [[String]] = []

    /// A table without rows.
    public init(_ columns: [(name: String, alignment: Alignment)]) {
        self.columns = columns
    }

    /// Adds a row; cells that are missing are empty, and those beyond the last column are left out.
    public mutating func append(_ cells: [String]) {
        let padding = [String](repeating: "", count: max(0, columns.count - cells.count))
        rows.append(Array((cells + padding).prefix(columns.count)))
    }

    /// Columns padded with blanks, two between them, under a header; without control characters.
    public var text: String { text(width: nil) }

    /// The table as a stream shows it: no line is longer than a terminal is wide, and a file or a pipe gets it whole.
    public func text(for stream: StandardStream) -> String { text(width: stream.width) }

    /// The table in lines of at most so many columns of a terminal.
    ///
    /// In a narrow terminal, columns of texts shrink first, their cells cut with `…`; then the columns are split among
    /// several tables below each other, each of which begins with the first column.
    ///
    /// - Parameter width: The columns, at least 1; nil for any number of them.
    /// - Returns: The lines, each with its end.
    public func text(width: Int?) -> String {
        // Names come from files and from workers.
        let lines = ([columns.map(\.name)] + rows).map { line in line.map { $0.printable(limit: 10_000) } }
        let layout = TableLayout(lines, isText: columns.map { $0.alignment == .left }, width: width.map { max(1, $0) })
        let blocks = layout.blocks.map { block in
            lines.map { cells in
                let padded = block.map { column in
                    let cell = cut(cells[column.index], to: column.width)
                    let blanks = String(repeating: " ", count: column.width - displayWidth(cell))
                    return columns[column.index].alignment == .left ? cell + blanks : blanks + cell
                }
                return padded.joined(separator: TableLayout.gap).withoutBlanksAtEnd + "\n"
            }.joined()
        }
        return blocks.joined(separator: "\n")
    }

    /// Lines of CSV under a header (RFC 4180, with `\n`).
    public var csv: String {
        ([columns.map(\.name)] + rows).map { csvLine($0) + "\n" }.joined()
    }

    /// A table of GitHub's Markdown; without control characters, which would end a row.
    public var markdown: String {
        func cell(_ text: String) -> String {
            text.printable(limit: 10_000).replacing("|", with: "\\|")
        }
        func line(_ cells: [String]) -> String { "| " + cells.map(cell).joined(separator: " | ") + " |\n" }
        let rule = columns.map { $0.alignment == .left ? "---" : "---:" }
        return line(columns.map(\.name)) + "|" + rule.joined(separator: "|") + "|\n" + rows.map(line).joined()
    }

    /// Whether columns and rows are the same.
    public static func == (a: TextTable, b: TextTable) -> Bool {
        a.rows == b.rows && a.columns.elementsEqual(b.columns) { $0 == $1 }
    }
}

/// One line of CSV without its end: fields with a comma, a quote or a line end are quoted (RFC 4180).
public func csvLine(_ fields: [String]) -> String {
    fields.map { field in
        guard field.utf8.contains(where: { [0x2C, 0x22, 0x0A, 0x0D].contains($0) }) else { return field }
        let doubled = field.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
        return "\"\(doubled)\""
    }.joined(separator: ",")
}
