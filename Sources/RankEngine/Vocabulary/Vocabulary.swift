/// The ids of a side, in the form of requests, and their rows.
///
/// Row 0 is for unknown ids.
///
/// - Complexity: O(1) to look up an id; allocates nothing.
public struct Vocabulary: Sendable {
    /// The kinds of vocabulary of a model file.
    public enum Kind: String, Sendable, Hashable {
        /// Row r belongs to the number r.
        case identity
        /// Each row has a 64-bit number.
        case u64
        /// Each row has a text, compared by its UTF-8 bytes.
        case utf8

        /// Whether requests carry texts; otherwise they carry numbers.
        public var isText: Bool { self == .utf8 }
    }

    /// The kind of ids.
    public let kind: Kind
    /// Rows, the one for unknown ids included.
    ///
    /// At least 1, below 2³².
    public let rowCount: Int
    let ids: IDStorage
    let table: IDLookup?
    /// A number without a row, where rows have numbers.
    let freeNumber: UInt64

    /// Row r belongs to the number r, for 0 < r < `rowCount`.
    init(identityRows rowCount: Int) {
        kind = .identity
        self.rowCount = rowCount
        ids = .identity
        table = nil
        freeNumber = 0
    }

    /// The row of a number; 0 where it is unknown or this vocabulary holds texts.
    @inline(__always)
    func row(of number: UInt64) -> UInt32 {
        switch ids {
        case .identity: number < UInt64(rowCount) ? UInt32(truncatingIfNeeded: number) : 0
        case .numbers(let numbers): table?.row(of: number, in: numbers) ?? 0
        case .texts: 0
        }
    }

    /// The row of a text; 0 where it is unknown or this vocabulary holds numbers.
    func row(of text: UnsafeRawBufferPointer) -> UInt32 {
        guard case .texts(let texts) = ids else { return 0 }
        return unsafe table?.row(of: text, in: texts) ?? 0
    }

    /// The id of a row as text; nil for row 0 and rows that do not exist.
    public func id(ofRow row: Int) -> String? {
        guard row > 0, row < rowCount else { return nil }
        return switch ids {
        case .identity: "\(row)"
        case .numbers(let numbers): "\(numbers[row])"
        case .texts(let texts): unsafe String(decoding: texts[row], as: UTF8.self)
        }
    }

    /// The row of an id written as text, as on a command line; nil where it is unknown.
    public func row(ofText text: String) -> Int? {
        let row: UInt32
        if kind.isText {
            var text = text
            row = text.withUTF8 { unsafe self.row(of: UnsafeRawBufferPointer($0)) }
        } else {
            guard let number = UInt64(text) else { return nil }
            row = self.row(of: number)
        }
        return row == 0 ? nil : Int(row)
    }

    /// `FIRST-LAST` where ids are contiguous numbers, otherwise `count N`.
    public var summary: String {
        kind == .identity && rowCount > 1 ? "1-\(rowCount - 1)" : "count \(rowCount - 1)"
    }
}

/// The storage of a vocabulary's ids.
enum IDStorage: Sendable {
    case identity
    case numbers(StoredNumbers)
    case texts(StoredTexts)
}
