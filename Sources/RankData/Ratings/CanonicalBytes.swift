/// Collects little-endian integers into pieces for a hash.
struct CanonicalBytes {
    /// A piece is handed out before one more row could take it over 64 KiB.
    static let limit = (1 << 16) - 64

    private var bytes: [UInt8]

    init(_ header: String, count: Int) {
        bytes = Array(header.utf8) + [UInt8(ascii: "\n")]
        bytes.reserveCapacity(1 << 16)
        append(UInt64(count))
    }

    mutating func append<Value: FixedWidthInteger>(_ value: Value) {
        var rest = value
        for _ in 0..<(Value.bitWidth / 8) {
            bytes.append(UInt8(truncatingIfNeeded: rest))
            rest >>= 8
        }
    }

    mutating func flush<Failure: Error>(
        atLeast size: Int,
        to body: ([UInt8]) throws(Failure) -> Void
    ) throws(Failure) {
        guard bytes.count >= size else { return }
        try body(bytes)
        bytes.removeAll(keepingCapacity: true)
    }

    /// An id as the hashes have it: the number, or the length of its text and the text.
    mutating func append(id: UInt64, _ names: IDNames?) {
        if let text = names?.utf8(id) {
            append(UInt64(text.count))
            bytes += text
        } else {
            append(id)
        }
    }
}
