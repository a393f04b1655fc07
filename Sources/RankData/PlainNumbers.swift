/// Numbers as files of ratings nearly always have them, read at the speed of memory; whatever is written otherwise is nil
/// here and goes the long way of `Numbers.swift`, which also has the messages.
extension UnsafeBufferPointer<UInt8> {
    /// An unsigned decimal of 1 to 19 digits without a leading zero.
    var plainInteger: UInt64? {
        guard (1...19).contains(count), count == 1 || self[0] != UInt8(ascii: "0") else { return nil }
        var value: UInt64 = 0
        for byte in self {
            let digit = byte &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            // 19 digits are below 2⁶⁴.
            value = value &* 10 &+ UInt64(digit)
        }
        return value
    }

    /// A decimal of 1 to 15 digits, maybe with a point between two of them: exactly the nearest double, because both
    /// numerator and power of ten are doubles without an error.
    var plainDecimal: Double? {
        guard (1...16).contains(count) else { return nil }
        var value: UInt64 = 0
        var point: Int?
        for (place, byte) in enumerated() {
            let digit = byte &- UInt8(ascii: "0")
            if digit < 10 {
                value = value &* 10 &+ UInt64(digit)
            } else {
                guard byte == UInt8(ascii: "."), point == nil, place > 0, place < count - 1 else { return nil }
                point = place
            }
        }
        guard let point else { return count <= 15 ? Double(value) : nil }
        return Double(value) / powersOfTen[count - 1 - point]
    }

}

private let powersOfTen: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
]
