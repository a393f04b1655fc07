extension [UInt8] {
    /// Cuts a line at a separator into `fields`, whose storage is reused from line to line.
    func split(_ line: Range<Int>, at separator: UInt8, into fields: inout [Range<Int>]) {
        fields.removeAll(keepingCapacity: true)
        var start = line.lowerBound
        for index in line where self[index] == separator {
            fields.append(start..<index)
            start = index + 1
        }
        fields.append(start..<line.upperBound)
    }

    /// Cuts a line at each `::`.
    func splitAtDoubleColons(_ line: Range<Int>, into fields: inout [Range<Int>]) {
        fields.removeAll(keepingCapacity: true)
        let colon = UInt8(ascii: ":")
        var start = line.lowerBound
        var place = start
        while place + 1 < line.upperBound {
            if self[place] == colon, self[place + 1] == colon {
                fields.append(start..<place)
                start = place + 2
                place = start
            } else {
                place += 1
            }
        }
        fields.append(start..<line.upperBound)
    }

    /// A range without the blanks and tabs at its ends.
    func trimmed(_ range: Range<Int>) -> Range<Int> {
        var lower = range.lowerBound
        var upper = range.upperBound
        while lower < upper, isBlank(self[lower]) { lower += 1 }
        while upper > lower, isBlank(self[upper - 1]) { upper -= 1 }
        return lower..<upper
    }

    /// A range as text; ill-formed UTF-8 becomes U+FFFD.
    func text(_ range: Range<Int>) -> String {
        String(decoding: self[range], as: UTF8.self)
    }

    /// A range quoted for an error message, cut to 60 bytes.
    func quoted(_ range: Range<Int>) -> String {
        let shown = text(range.lowerBound..<Swift.min(range.upperBound, range.lowerBound + 60))
        return "'" + shown + (range.count > 60 ? "…'" : "'")
    }
}

/// Whether a byte is a blank or a tab.
func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
}

/// The start of a message about a wrong number of columns.
func columns(_ count: Int, _ line: Range<Int>) -> String {
    line.isEmpty ? "the line is empty" : count == 1 ? "1 column" : "\(count) columns"
}

extension String {
    /// The parts between separators, each once and none empty.
    ///
    /// - Complexity: O(n) for n characters.
    func distinctParts(separator: Character) -> [String] {
        var seen: Set<Substring> = []
        return split(separator: separator).filter { seen.insert($0).inserted }.map(String.init)
    }
}
