/// Gives each distinct id of a column a row, in the order in which they come: open addressing over a power of two slots.
protocol IDTable {
    init()

    /// The row of a field that is plainly an id, entered where it is new; nil where it has to be looked at more closely.
    mutating func row(of field: UnsafeBufferPointer<UInt8>) -> UInt32?

    /// The row of any field; `name` is what the message calls it, such as `user id`.
    ///
    /// - Throws: `DataError` for what is no id of this kind.
    mutating func row(of field: [UInt8], named name: String, line: Int, of file: String) throws(DataError) -> UInt32
}

/// Row numbers by hash; what the keys are is the owner's business.
struct HashSlots {
    private(set) var slots = [UInt32](repeating: vacant, count: 1_024)
    private var count = 0
    static let vacant = UInt32.max

    /// The first place to look for a key.
    func start(_ hash: UInt64) -> Int {
        Int(truncatingIfNeeded: hash ^ (hash >> 32)) & (slots.count - 1)
    }

    func after(_ slot: Int) -> Int { (slot + 1) & (slots.count - 1) }

    /// Takes a vacant slot.
    mutating func set(_ slot: Int, _ row: UInt32) {
        slots[slot] = row
        count += 1
    }

    /// Doubles the table when half of it is taken; `hash` is that of a row's key.
    mutating func grow(_ hash: (Int) -> UInt64) {
        guard count * 2 >= slots.count else { return }
        let rows = slots.filter { $0 != Self.vacant }
        slots = [UInt32](repeating: Self.vacant, count: slots.count * 2)
        for row in rows {
            var slot = start(hash(Int(row)))
            while slots[slot] != Self.vacant { slot = after(slot) }
            slots[slot] = row
        }
    }
}

/// Ids that are unsigned decimal numbers of at most 64 bits.
struct NumberTable: IDTable {
    /// By row.
    private(set) var numbers: [UInt64] = []
    private var hashed = HashSlots()
    /// By number, for small ones: the row, or `vacant`.
    private var small: [UInt32] = []
    private static let smallLimit = UInt64(1 << 20)

    init() {}

    mutating func row(of field: UnsafeBufferPointer<UInt8>) -> UInt32? {
        guard let number = field.plainInteger else { return nil }
        return row(of: number)
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
        var slot = hashed.start(Self.hash(number))
        while hashed.slots[slot] != HashSlots.vacant {
            let row = hashed.slots[slot]
            if numbers[Int(row)] == number { return row }
            slot = hashed.after(slot)
        }
        let row = UInt32(numbers.count)
        hashed.set(slot, row)
        numbers.append(number)
        hashed.grow { Self.hash(numbers[$0]) }
        return row
    }

    /// The finalizer of SplitMix64, so that contiguous ids spread.
    private static func hash(_ number: UInt64) -> UInt64 {
        let hash = (number ^ (number >> 30)) &* 0xBF58_476D_1CE4_E5B9
        return (hash ^ (hash >> 27)) &* 0x94D0_49BB_1331_11EB
    }
}

/// Ids that are UTF-8 texts.
struct TextTable: IDTable {
    /// The longest id, as the wire protocol has it.
    static let longest = 65_535

    private var bytes: [UInt8] = []
    private var offsets = [0]
    private var hashed = HashSlots()

    init() {}

    /// The number of texts.
    var count: Int { offsets.count - 1 }

    /// The text of a row.
    func text(_ row: Int) -> ArraySlice<UInt8> { bytes[offsets[row]..<offsets[row + 1]] }

    mutating func row(of field: UnsafeBufferPointer<UInt8>) -> UInt32? {
        guard let first = field.first, let last = field.last, !isBlank(first), !isBlank(last) else { return nil }
        let slot = slot(of: field)
        if hashed.slots[slot] != HashSlots.vacant { return hashed.slots[slot] }
        guard field.count <= Self.longest, String(validating: field, as: UTF8.self) != nil else { return nil }
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
        if let row = field.withUnsafeBufferPointer({ row(of: $0) }) { return row }
        throw Self.fault(field, named: name, line: line, of: file)
    }

    /// What is wrong with a text that is no id.
    static func fault(_ field: [UInt8], named name: String, line: Int, of file: String) -> DataError {
        if field.isEmpty { return .at(line, of: file, "the \(name) is empty") }
        if field.count > longest {
            return .at(line, of: file, "the \(name) has \(field.count) bytes; expected at most \(longest)")
        }
        return .at(line, of: file, "the \(name) \(field.quoted(field.indices)) is not UTF-8")
    }

    private func slot(of field: UnsafeBufferPointer<UInt8>) -> Int {
        bytes.withUnsafeBufferPointer { bytes in
            var slot = hashed.start(Self.hash(field))
            while hashed.slots[slot] != HashSlots.vacant {
                let row = Int(hashed.slots[slot])
                let known = bytes[offsets[row]..<offsets[row + 1]]
                if known.count == field.count, known.elementsEqual(field) { return slot }
                slot = hashed.after(slot)
            }
            return slot
        }
    }

    /// FNV-1a, finished so that its upper half spreads too.
    private static func hash(_ field: UnsafeBufferPointer<UInt8>) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in field { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        return hash &* 0x9E37_79B9_7F4A_7C15
    }
}
