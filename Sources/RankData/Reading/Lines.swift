/// Walks the lines of a text file held in memory.
///
/// A byte order mark, `\r\n` and a missing last line end are tolerated. Lines are byte ranges, so that nothing is
/// copied; numbers count from 1.
struct Lines {
    private let bytes: [UInt8]
    private var position: Int
    /// The number of the line returned last.
    private(set) var number = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    }

    /// The next line without its end, or nil after the last.
    mutating func next() -> Range<Int>? {
        guard position < bytes.count else { return nil }
        let start = position
        var end = start
        while end < bytes.count, bytes[end] != UInt8(ascii: "\n") { end += 1 }
        position = end + 1
        number += 1
        if end > start, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        return start..<end
    }
}

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

    /// The same range without blanks and tabs at its ends.
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

func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
}
