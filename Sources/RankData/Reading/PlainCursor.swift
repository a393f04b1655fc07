/// Reads fields as files of ratings nearly always have them, eight bytes at a time; whatever is written otherwise is
/// nil here and goes the long way of `FieldParsing+Values.swift`, which also has the messages.
///
/// Nothing here goes on at a zero byte, so that where eight of them follow the last byte of a buffer, no more than
/// those are read behind it.
struct PlainCursor {
    /// The next byte.
    private(set) var place: UnsafePointer<UInt8>

    init(_ place: UnsafePointer<UInt8>) {
        self.place = place
    }

    /// An unsigned decimal of 1 to 19 digits without a leading zero, which is below 2⁶⁴.
    @inline(__always)
    mutating func integer() -> UInt64? {
        let first = place.pointee
        let (value, count) = digits()
        guard (1...19).contains(count), count == 1 || first != UInt8(ascii: "0") else { return nil }
        return value
    }

    /// A decimal of 1 to 15 digits, maybe with a point between two of them and a minus before: exactly the nearest
    /// double, because both numerator and power of ten are doubles without an error.
    @inline(__always)
    mutating func decimal() -> Double? {
        // Fast path for `d.d`, the form of nearly all ratings.
        let first = place[0] &- UInt8(ascii: "0")
        if first < 10, place[1] == UInt8(ascii: ".") {
            let second = place[2] &- UInt8(ascii: "0")
            if second < 10, place[3] &- UInt8(ascii: "0") >= 10 {
                place += 3
                return Double(Int(first) &* 10 &+ Int(second)) / 10
            }
        }
        let isNegative = take(UInt8(ascii: "-"))
        let whole = digits()
        guard (1...15).contains(whole.count) else { return nil }
        var value = Double(Int(whole.value))
        if take(UInt8(ascii: ".")) {
            let part = digits()
            guard part.count > 0, whole.count + part.count <= 15 else { return nil }
            let power = powersOfTen[part.count]
            value = (value * power + Double(Int(part.value))) / power
        }
        return isNegative ? -value : value
    }

    /// A number of seconds of 1 to 18 digits, whose fraction is dropped if both have no more than 15 together: those
    /// are not rounded up to the next second as doubles.
    @inline(__always)
    mutating func seconds() -> Int64? {
        let whole = digits()
        guard (1...18).contains(whole.count) else { return nil }
        if take(UInt8(ascii: ".")) {
            let part = digits()
            guard part.count > 0, whole.count + part.count <= 15 else { return nil }
        }
        return Int64(whole.value)
    }

    /// The text before a separator, which is a comma or a byte below, or before the end of the line; nil where
    /// a quote or a carriage return may have a meaning.
    @inline(__always)
    mutating func text(until separator: UInt8) -> UnsafeBufferPointer<UInt8>? {
        let start = place
        while true {
            let byte = place.pointee
            // Every byte that ends a field or has a meaning in it is a comma or below; letters and digits are above.
            if byte <= UInt8(ascii: ",") {
                if byte == separator || byte == UInt8(ascii: "\n") { break }
                if byte == UInt8(ascii: "\r") {
                    guard place[1] == UInt8(ascii: "\n") else { return nil }
                    break
                }
                if byte == 0 || byte == UInt8(ascii: "\"") && separator != UInt8(ascii: "\t") { return nil }
            }
            place += 1
        }
        return UnsafeBufferPointer(start: start, count: place - start)
    }

    /// Passes over a byte if it is the next.
    @inline(__always)
    mutating func take(_ byte: UInt8) -> Bool {
        guard place.pointee == byte else { return false }
        place += 1
        return true
    }

    /// Passes over the end of a line if it is the next.
    @inline(__always)
    mutating func takeLineEnd() -> Bool {
        if take(UInt8(ascii: "\n")) { return true }
        guard place.pointee == UInt8(ascii: "\r"), place[1] == UInt8(ascii: "\n") else { return false }
        place += 2
        return true
    }

    /// The number made of all digits that follow, and their count; the value is right for up to 19 of them.
    @inline(__always)
    private mutating func digits() -> (value: UInt64, count: Int) {
        let word = UInt64(littleEndian: UnsafeRawPointer(place).loadUnaligned(as: UInt64.self)) ^ 0x3030_3030_3030_3030
        // Digits are 0 to 9 now. The highest bit of any other byte is set; a carry spoils only the bytes behind it.
        let others = (word &+ 0x7676_7676_7676_7676 | word) & 0x8080_8080_8080_8080
        if others != 0 {
            let bits = others.trailingZeroBitCount & 0b11_1000
            guard bits > 0 else { return (0, 0) }
            place += bits / 8
            return (Self.number(word &<< UInt64(64 - bits)), bits / 8)
        }
        var value = Self.number(word)
        var count = 8
        place += 8
        // Rarely more digits than the last two of a time.
        while true {
            let digit = place.pointee &- UInt8(ascii: "0")
            guard digit < 10 else { return (value, count) }
            value = value &* 10 &+ UInt64(digit)
            count &+= 1
            place += 1
        }
    }

    /// The number of eight digits, the first in the lowest byte: combined by twos, by fours, then all.
    @inline(__always)
    private static func number(_ digits: UInt64) -> UInt64 {
        let pairs = digits &* 10 &+ digits >> 8
        let low = (pairs & 0x0000_00FF_0000_00FF) &* 0x000F_4240_0000_0064
        let high = (pairs >> 16 & 0x0000_00FF_0000_00FF) &* 0x0000_2710_0000_0001
        return (low &+ high) >> 32
    }
}

private let powersOfTen: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
]
