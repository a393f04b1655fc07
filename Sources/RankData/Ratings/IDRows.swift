/// The rows of a column's distinct ids, in the order of their first occurrence: open addressing over a power of two
/// slots.
protocol IDRows {
    /// The value of a plainly written field.
    associatedtype PlainID

    init()

    /// Reads a field; nil where the field needs the slow path.
    static func plainID(at cursor: inout PlainCursor, until separator: UInt8) -> PlainID?

    /// The row of a plainly written id, entered where it is new; nil where the id needs the slow path.
    mutating func row(ofPlain id: PlainID) -> UInt32?

    /// The row of any field; `name` is the name of the field in messages, such as `user id`.
    ///
    /// - Throws: `DataError` for a field that is not an id of this kind.
    mutating func row(of field: [UInt8], named name: String, line: Int, of file: String) throws(DataError) -> UInt32
}

/// Row numbers by the hash of their keys, which the owner keeps.
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

    /// Doubles the table when half of it is taken; `hash` gives the hash of a row's key.
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
