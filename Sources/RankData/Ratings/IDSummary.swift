/// A summary of the ids of the users or of the items of a data set, by which a person can check how they were read.
public struct IDSummary: Sendable, Equatable {
    /// The number of ids.
    public let count: Int
    /// Whether they are texts.
    public let areTexts: Bool
    /// The lowest and the highest id, where ids are numbers.
    public private(set) var range: ClosedRange<UInt64>?
    /// The number of texts that are whole numbers of 64 bits without leading zeros, and could have been numbers.
    public private(set) var wholeNumbers = 0
    /// The texts that look like numbers written as floats, such as `1.0` or `1e3`.
    public private(set) var floats = Oddity()
    /// The texts that are whole numbers with leading zeros, such as `007`.
    public private(set) var padded = Oddity()
    /// The texts that are whole numbers with a sign.
    public private(set) var signed = Oddity()
    /// The texts that are none of these.
    public private(set) var others = Oddity()

    /// The texts of one of these kinds.
    public struct Oddity: Sendable, Equatable {
        /// The number of texts.
        public fileprivate(set) var count = 0
        /// The first of them, by their bytes.
        public fileprivate(set) var example = ""
        /// A text that is the same number as another id, and that other id, where there are two such.
        public fileprivate(set) var twin: [String]?
    }

    /// Whether they are all the numbers between the lowest and the highest.
    public var areContiguous: Bool {
        guard let range else { return false }
        return range.upperBound - range.lowerBound == UInt64(count - 1)
    }

    /// Looks at every id.
    ///
    /// - Complexity: O(n) for n ids.
    init(_ column: IDColumn, _ names: IDNames?) {
        count = column.vocabulary.count
        areTexts = names != nil
        guard let names else {
            if let first = column.vocabulary.first, let last = column.vocabulary.last { range = first...last }
            return
        }
        for id in column.vocabulary { look(at: names[id], names) }
    }

    private mutating func look(at text: String, _ names: IDNames) {
        let bytes = Array(text.utf8)
        if bytes.isPlainNumber {
            wholeNumbers += 1
        } else if bytes.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) {
            // Longer than 64 bits, or padded.
            if bytes.first == UInt8(ascii: "0") {
                note(text, Double(text), names, in: &padded)
            } else {
                note(text, nil, names, in: &others)
            }
        } else if let sign = bytes.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+"),
            bytes.dropFirst().allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), bytes.count > 1
        {
            note(text, sign == UInt8(ascii: "+") ? Double(text) : nil, names, in: &signed)
        } else if bytes.count > 1, bytes.contains(where: { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let value = try? bytes.decimal(bytes.indices)
        {
            note(text, value, names, in: &floats)
        } else {
            note(text, nil, names, in: &others)
        }
    }

    private func note(_ text: String, _ value: Double?, _ names: IDNames, in oddity: inout Oddity) {
        if oddity.count == 0 { oddity.example = text }
        oddity.count += 1
        guard oddity.twin == nil, let value, let whole = UInt64(exactly: value), names.id(of: "\(whole)") != nil else {
            return
        }
        oddity.twin = [text, "\(whole)"]
    }
}

extension Ratings {
    /// A summary of the users' ids.
    ///
    /// - Complexity: O(n) for n users.
    public var userSummary: IDSummary { IDSummary(userIDs, userNames) }
    /// A summary of the items' ids.
    ///
    /// - Complexity: O(n) for n items.
    public var itemSummary: IDSummary { IDSummary(itemIDs, itemNames) }
}
