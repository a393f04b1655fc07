import RankSystem

/// Walks the lines of a file through a buffer of fixed size, so that memory does not grow with the file.
///
/// A byte order mark, `\r\n` and a missing last line end are tolerated. Not for several threads at once.
struct LineScanner: ~Copyable {
    /// The longest line that is read.
    static let longestLine = 1 << 20
    /// The bytes of one read: few enough to be in the cache still when their lines are parsed.
    private static let piece = 1 << 18
    /// The zeros behind the bytes read, which `PlainCursor` needs.
    private static let padding = 8

    private let path: String
    private let file: FileDescriptor
    private let buffer: UnsafeMutableBufferPointer<UInt8>
    private var start = 0
    private var end = 0
    private var isAtEnd = false
    /// The number of the line returned last, counted from 1.
    private(set) var number = 0
    /// The bytes read so far.
    private(set) var byteCount = 0

    /// - Throws: `DataError` with code `unreadable`.
    init(path: String) throws(DataError) {
        self.path = path
        // Without waiting for a writer of a pipe, which is refused below.
        let file = try DataError.converting(FileDescriptor(reading: path))
        // A directory passes: reading it fails with the system's own message.
        guard let status = try? FileStatus(file), [.regular, .directory].contains(status.kind) else {
            // Files are read more than once, and the bytes of a pipe come only once.
            throw DataError(.unreadable, "\(path): is a pipe or a device; write it to a file and give that")
        }
        self.file = file
        buffer = .allocate(capacity: Self.longestLine + 1 + Self.padding)
        pad()
    }

    deinit {
        buffer.deallocate()
    }

    /// The number of lines, estimated from 64 samples of 16 KiB, plus 2 %: for reserving memory.
    ///
    /// - Precondition: No line has been read yet; otherwise the estimate is 0.
    mutating func estimatedLineCount() -> Int {
        let (places, length) = (64, 1 << 14)
        guard number == 0, end == 0, let base = buffer.baseAddress, let status = try? FileStatus(file) else { return 0 }
        let size = Int(status.size)
        var (ends, sampled) = (0, 0)
        for place in 0..<places {
            // A small file is read whole, sample beside sample.
            let offset = max(place * length, size / places * place)
            let count = file.read(into: UnsafeMutableRawBufferPointer(start: base, count: length), at: offset).value
            guard count > 0 else { break }
            sampled += count
            for byte in buffer[..<count] where byte == UInt8(ascii: "\n") { ends += 1 }
        }
        pad()
        return Int(Double(ends) / Double(max(1, sampled)) * Double(size) * 1.02) + 1
    }

    /// The next line without its end, or nil after the last; the memory stays valid until the next call.
    ///
    /// - Throws: `DataError` when the file cannot be read on, or a line is longer than `longestLine`.
    mutating func next() throws(DataError) -> UnsafeBufferPointer<UInt8>? {
        var searched = start
        while true {
            guard let base = buffer.baseAddress else { return nil }
            if searched < end, let place = Bytes.first(UInt8(ascii: "\n"), in: base + searched, count: end - searched) {
                let stop = searched + place
                return line(until: stop, next: stop + 1)
            }
            if isAtEnd { return start < end ? line(until: end, next: end) : nil }
            searched = try refill(searched: end)
        }
    }

    /// Hands out a cursor over the lines that the buffer holds whole; the memory stays valid until the next call.
    ///
    /// - Parameter body: Moves the cursor behind the lines that it parses, and returns their number.
    mutating func take(_ body: (inout PlainCursor) -> Int) {
        guard let base = buffer.baseAddress else { return }
        var cursor = PlainCursor(base + start)
        number += body(&cursor)
        start = cursor.place - UnsafePointer(base)
    }

    private mutating func line(until stop: Int, next: Int) -> UnsafeBufferPointer<UInt8> {
        number += 1
        var first = start
        if number == 1, stop - first >= 3, buffer[first] == 0xEF, buffer[first + 1] == 0xBB, buffer[first + 2] == 0xBF {
            first += 3
        }
        var last = stop
        if last > first, buffer[last - 1] == UInt8(ascii: "\r") { last -= 1 }
        start = next
        return UnsafeBufferPointer(rebasing: buffer[first..<last])
    }

    /// Moves the unread bytes to the front of the buffer and reads behind them; returns the new place of `searched`.
    private mutating func refill(searched: Int) throws(DataError) -> Int {
        guard let base = buffer.baseAddress else { return 0 }
        let rest = end - start
        let room = buffer.count - Self.padding
        guard rest < room else {
            throw .at(number + 1, of: path, "the line is longer than \(Self.longestLine) bytes; expected ratings")
        }
        if start > 0 { base.update(from: base + start, count: rest) }
        let moved = searched - start
        start = 0
        end = rest
        pad()
        let space = UnsafeMutableRawBufferPointer(start: base + end, count: min(room - end, Self.piece))
        let (count, failure) = file.read(into: space)
        if let failure { throw DataError(.unreadable(path, call: "read", failure)) }
        if count > 0 {
            end += count
            pad()
            byteCount += count
        } else {
            isAtEnd = true
        }
        return moved
    }

    private func pad() {
        buffer[end..<end + Self.padding].update(repeating: 0)
    }
}
