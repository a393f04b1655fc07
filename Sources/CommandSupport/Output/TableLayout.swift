/// The columns of a table that stand beside each other, and their widths.
struct TableLayout {
    /// One column of a table, in columns of the terminal.
    struct Column: Equatable {
        let index: Int
        let width: Int
    }

    /// The text between two columns.
    static let gap = "  "

    /// The tables below each other that the table is split into; nearly always one.
    let blocks: [[Column]]

    /// The least widths of columns of texts before the table is split: of the first column, which names the row, and of
    /// any other.
    private static let shortest = (first: 24, other: 12)

    /// A layout of lines, the header among them.
    ///
    /// - Parameters:
    ///   - lines: The cells of each line.
    ///   - isText: By column, whether it may be cut: a number is told whole.
    ///   - width: The columns of the terminal; nil for any number of them.
    init(_ lines: [[String]], isText: [Bool], width: Int?) {
        let gap = Self.gap.count
        let natural = isText.indices.map { column in lines.reduce(0) { max($0, displayWidth($1[column])) } }
        guard let width else {
            blocks = [Self.columns(natural)]
            return
        }
        let room = width - gap * max(0, natural.count - 1)
        let least = natural.indices.map { column in
            isText[column]
                ? min(natural[column], column == 0 ? Self.shortest.first : Self.shortest.other) : natural[column]
        }
        if least.reduce(0, +) <= room {
            blocks = [Self.columns(Self.shrunk(natural, least, to: room))]
        } else {
            blocks = Self.dealt(natural, width)
        }
    }

    private static func columns(_ widths: [Int]) -> [Column] {
        widths.enumerated().map { Column(index: $0.offset, width: $0.element) }
    }

    /// Shrinks the widest columns that may shrink until all fit.
    private static func shrunk(_ natural: [Int], _ least: [Int], to room: Int) -> [Int] {
        var widths = natural
        var excess = widths.reduce(0, +) - room
        while excess > 0 {
            let shrinking = widths.indices.filter { widths[$0] > least[$0] }
            guard let widest = shrinking.max(by: { widths[$0] < widths[$1] }) else { break }
            widths[widest] -= 1
            excess -= 1
        }
        return widths
    }

    /// Splits the columns behind the first among several tables.
    private static func dealt(_ natural: [Int], _ width: Int) -> [[Column]] {
        let first = Column(index: 0, width: min(natural[0], width / 2))
        let room = width - first.width - gap.count
        guard first.width > 0, room > 0 else {
            // Hardly a terminal: one column below the other.
            return natural.enumerated().map { [Column(index: $0.offset, width: min($0.element, width))] }
        }
        var blocks: [[Column]] = []
        var free = 0
        for (index, wish) in natural.enumerated().dropFirst() {
            let column = Column(index: index, width: min(wish, room))
            if blocks.isEmpty || free < column.width {
                blocks.append([first])
                free = room
            }
            blocks[blocks.count - 1].append(column)
            free -= column.width + gap.count
        }
        return blocks.isEmpty ? [[Column(index: 0, width: min(natural[0], width))]] : blocks
    }
}
