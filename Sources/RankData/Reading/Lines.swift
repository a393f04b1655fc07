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
