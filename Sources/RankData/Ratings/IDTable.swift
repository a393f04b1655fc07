#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Gives each distinct id of a column a row, in the order in which they come: open addressing over a power of two slots.
protocol IDTable {
    /// What a plainly written field says.
    associatedtype PlainID

    init()

    /// Reads a field; nil where it has to be looked at more closely.
    static func plainID(at cursor: inout PlainCursor, until separator: UInt8) -> PlainID?

    /// The row of a plainly written id, entered where it is new; nil where it has to be looked at more closely.
    mutating func row(ofPlain id: PlainID) -> UInt32?

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

    @inline(__always)
    static func plainID(at cursor: inout PlainCursor, until separator: UInt8) -> UnsafeBufferPointer<UInt8>? {
        cursor.text(until: separator)
    }

    mutating func row(ofPlain field: UnsafeBufferPointer<UInt8>) -> UInt32? {
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
        if let row = field.withUnsafeBufferPointer({ row(ofPlain: $0) }) { return row }
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
                let known = UnsafeBufferPointer(rebasing: bytes[offsets[row]..<offsets[row + 1]])
                if known.isSame(as: field) { return slot }
                slot = hashed.after(slot)
            }
            return slot
        }
    }

    /// Eight bytes at a time, the last of which may be those before once more.
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

extension UnsafeBufferPointer<UInt8> {
    /// Whether its bytes are those of another.
    fileprivate func isSame(as other: UnsafeBufferPointer<UInt8>) -> Bool {
        guard count == other.count, let one = baseAddress, let two = other.baseAddress else { return false }
        return memcmp(one, two, count) == 0
    }
}
