import RankCore

/// Ids that are unsigned decimal numbers of at most 64 bits.
struct NumberRows: IDRows {
    /// The numbers by row.
    private(set) var numbers: [UInt64] = []
    private var hashed = HashSlots()
    /// The rows of small numbers, by number; `vacant` for one that has not come yet.
    private var small: [UInt32] = []
    private static let smallLimit = UInt64(1 << 20)

    init() {}

    @inline(__always)
    static func plainID(at cursor: inout PlainCursor, until _: UInt8) -> UInt64? { cursor.integer() }

    @inline(__always)
    mutating func row(ofPlain id: UInt64) -> UInt32? {
        if id < small.count, small[Int(id)] != HashSlots.vacant { return small[Int(id)] }
        return row(of: id)
    }

    mutating func row(of field: [UInt8], named name: String, line: Int, of file: String) throws(DataError) -> UInt32 {
        row(of: try field.id(field.indices, named: name, line: line, of: file))
    }

    /// The row of a number, entered where it is new.
    mutating func row(of number: UInt64) -> UInt32 {
        number < Self.smallLimit ? row(ofSmall: Int(number)) : row(ofLarge: number)
    }

    private mutating func row(ofSmall number: Int) -> UInt32 {
        if number >= small.count {
            let missing = max(1_024, 1 << (Int.bitWidth - number.leadingZeroBitCount)) - small.count
            small.append(contentsOf: repeatElement(HashSlots.vacant, count: missing))
        }
        if small[number] == HashSlots.vacant {
            small[number] = UInt32(numbers.count)
            numbers.append(UInt64(number))
        }
        return small[number]
    }

    private mutating func row(ofLarge number: UInt64) -> UInt32 {
        var slot = hashed.start(SplitMix64.mix(number))
        while hashed.slots[slot] != HashSlots.vacant {
            let row = hashed.slots[slot]
            if numbers[Int(row)] == number { return row }
            slot = hashed.after(slot)
        }
        let row = UInt32(numbers.count)
        hashed.set(slot, row)
        numbers.append(number)
        hashed.grow { SplitMix64.mix(numbers[$0]) }
        return row
    }
}
