import RankCore

/// A hash table from ids to rows: open addressing with linear probing, at most half full.
package struct IDLookup: Sendable {
    /// Rows by slot; 0 is a free slot.
    private let slots: SharedMemory
    private let mask: Int

    /// Places rows 1..<`rowCount`.
    ///
    /// Returns nil and sets `duplicate` to the later row when two rows have one id.
    init?(
        rowCount: Int,
        duplicate: inout Int,
        hash: (Int) -> UInt64,
        isSame: (Int, Int) -> Bool
    ) {
        var capacity = 16
        while capacity < rowCount * 2 { capacity *= 2 }
        let mask = capacity - 1
        var repeated: Int?
        unsafe slots = SharedMemory.indexes(capacity) { slots in
            for row in stride(from: 1, to: rowCount, by: 1) {
                var slot = Int(truncatingIfNeeded: hash(row)) & mask
                while unsafe slots[slot] != 0 {
                    if unsafe isSame(Int(slots[slot]), row) {
                        repeated = row
                        return
                    }
                    slot = (slot + 1) & mask
                }
                unsafe slots[slot] = UInt32(truncatingIfNeeded: row)
            }
        }
        self.mask = mask
        if let repeated {
            duplicate = repeated
            return nil
        }
    }

    @inline(__always)
    private func row(from hash: UInt64, where isSame: (Int) -> Bool) -> UInt32 {
        var slot = Int(truncatingIfNeeded: hash) & mask
        while true {
            let row = unsafe slots.bytes.load(fromByteOffset: slot * 4, as: UInt32.self)
            if row == 0 || isSame(Int(row)) { return row }
            slot = (slot + 1) & mask
        }
    }

    /// The row of a number, or 0.
    @inline(__always)
    func row(of number: UInt64, in numbers: StoredNumbers) -> UInt32 {
        row(from: Self.hash(number)) { numbers[$0] == number }
    }

    /// The row of a text, or 0.
    func row(of text: UnsafeRawBufferPointer, in texts: StoredTexts) -> UInt32 {
        row(from: unsafe Self.hash(text)) { unsafe Self.isSame(texts[$0], text) }
    }

    /// Whether two texts have the same bytes.
    static func isSame(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
        unsafe left.count == right.count && left.elementsEqual(right)
    }

    /// The first number of SplitMix64 whose seed is an id.
    @inline(__always)
    static func hash(_ number: UInt64) -> UInt64 {
        SplitMix64.number(at: 0, ofSeed: number)
    }

    /// The hash of a text: eight bytes at a time through the finalizer of numbers.
    package static func hash(_ text: UnsafeRawBufferPointer) -> UInt64 {
        var state = UInt64(truncatingIfNeeded: text.count)
        var position = 0
        while position + 8 <= text.count {
            state = hash(unsafe state ^ text.loadUnaligned(fromByteOffset: position, as: UInt64.self))
            position += 8
        }
        var tail: UInt64 = 0
        while position < text.count {
            tail = unsafe tail << 8 | UInt64(text[position])
            position += 1
        }
        return hash(state ^ tail)
    }
}
