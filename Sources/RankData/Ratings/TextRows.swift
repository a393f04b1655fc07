import RankSystem

/// Ids that are UTF-8 texts.
struct TextRows: IDRows {
    private var bytes: [UInt8] = []
    private var offsets = [0]
    private var hashed = HashSlots()

    init() {}

    /// The number of texts.
    var count: Int { offsets.count - 1 }

    /// The text of a row.
    func text(_ row: Int) -> ArraySlice<UInt8> { bytes[offsets[row]..<offsets[row + 1]] }

    @inline(__always)
    static func plainID(at cursor: inout PlainCursor, until separator: UInt8) -> UnsafeBufferPointer<UInt8>? {
        cursor.text(until: separator)
    }

    mutating func row(ofPlain field: UnsafeBufferPointer<UInt8>) -> UInt32? {
        guard let first = field.first, let last = field.last, !isBlank(first), !isBlank(last) else { return nil }
        let slot = slot(of: field)
        if hashed.slots[slot] != HashSlots.vacant { return hashed.slots[slot] }
        guard field.count <= [UInt8].longestTextID, String(validating: field, as: UTF8.self) != nil else { return nil }
        let row = UInt32(count)
        hashed.set(slot, row)
        bytes += field
        offsets.append(bytes.count)
        hashed.grow { row in
            bytes.withUnsafeBufferPointer {
                Self.hash(UnsafeBufferPointer(rebasing: $0[offsets[row]..<offsets[row + 1]]))
            }
        }
        return row
    }

    mutating func row(of field: [UInt8], named name: String, line: Int, of file: String) throws(DataError) -> UInt32 {
        if let row = field.withUnsafeBufferPointer({ row(ofPlain: $0) }) { return row }
        throw field.textIDFault(named: name, line: line, of: file)
    }

    private func slot(of field: UnsafeBufferPointer<UInt8>) -> Int {
        bytes.withUnsafeBufferPointer { bytes in
            var slot = hashed.start(Self.hash(field))
            while hashed.slots[slot] != HashSlots.vacant {
                let row = Int(hashed.slots[slot])
                let known = UnsafeBufferPointer(rebasing: bytes[offsets[row]..<offsets[row + 1]])
                if known.isSame(as: field) { return slot }
                slot = hashed.after(slot)
            }
            return slot
        }
    }

    /// A hash of the bytes, eight at a time; the last eight may overlap those before them.
    private static func hash(_ field: UnsafeBufferPointer<UInt8>) -> UInt64 {
        let bytes = UnsafeRawBufferPointer(field)
        var hash = UInt64(bytes.count)
        func mix(_ word: UInt64) {
            hash = (hash ^ word) &* 0x9E37_79B9_7F4A_7C15
            hash ^= hash >> 32
        }
        guard bytes.count >= 8 else {
            var word: UInt64 = 0
            for byte in bytes { word = word << 8 | UInt64(byte) }
            mix(word)
            return hash &* 0xBF58_476D_1CE4_E5B9
        }
        for place in stride(from: 0, to: bytes.count - 8, by: 8) {
            mix(bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))
        }
        mix(bytes.loadUnaligned(fromByteOffset: bytes.count - 8, as: UInt64.self))
        return hash &* 0xBF58_476D_1CE4_E5B9
    }
}

extension TextRows {
    /// The texts in order, and by row the id that each gets.
    func ranked() -> (IDNames, [UInt64]) {
        let order = (0..<count).sorted { text($0).lexicographicallyPrecedes(text($1)) }
        var ids = [UInt64](repeating: 0, count: count)
        for (place, row) in order.enumerated() { ids[row] = UInt64(place + 1) }
        return (IDNames(order.lazy.map { text($0) }), ids)
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// Whether two buffers hold the same bytes.
    fileprivate func isSame(as other: UnsafeBufferPointer<UInt8>) -> Bool {
        guard count == other.count, let one = baseAddress, let two = other.baseAddress else { return false }
        return Bytes.areEqual(one, two, count: count)
    }
}
