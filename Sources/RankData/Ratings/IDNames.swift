/// Texts that stand for users or items where a data set has no numbers for them.
///
/// Inside this package such ids are numbers all the same: the place of the text among all of its kind in the data set,
/// ascending by UTF-8 bytes and counted from 1. What leaves it, such as a model file, has the texts.
public struct IDNames: Sendable, Equatable {
    private let bytes: [UInt8]
    private let offsets: [Int]

    /// The number of texts.
    public var count: Int { offsets.count - 1 }

    /// - Precondition: `texts` ascend by their bytes, are distinct, and well-formed UTF-8.
    init(_ texts: some Sequence<ArraySlice<UInt8>>) {
        var bytes: [UInt8] = []
        var offsets = [0]
        for text in texts {
            bytes += text
            offsets.append(bytes.count)
        }
        self.bytes = bytes
        self.offsets = offsets
    }

    /// The text of an id from 1 to `count`; the number itself where there is no such id.
    public subscript(id: UInt64) -> String {
        utf8(id).map { String(decoding: $0, as: UTF8.self) } ?? "\(id)"
    }

    /// The id of a text, or nil when the data set has no such text.
    ///
    /// - Complexity: O(log n) for n texts.
    public func id(of text: String) -> UInt64? {
        let wanted = Array(text.utf8)
        var range = 1..<UInt64(count + 1)
        while !range.isEmpty {
            let middle = range.lowerBound + (range.upperBound - range.lowerBound) / 2
            guard let found = utf8(middle) else { return nil }
            if found.elementsEqual(wanted) { return middle }
            range =
                found.lexicographicallyPrecedes(wanted)
                ? middle + 1..<range.upperBound : range.lowerBound..<middle
        }
        return nil
    }

    /// The bytes of an id's text.
    func utf8(_ id: UInt64) -> ArraySlice<UInt8>? {
        guard id >= 1, id <= UInt64(count) else { return nil }
        return bytes[offsets[Int(id) - 1]..<offsets[Int(id)]]
    }
}

extension IDNames? {
    /// An id as people and model files have it: its text, or the number where there are no texts.
    public func text(_ id: UInt64) -> String {
        map { $0[id] } ?? "\(id)"
    }
}
