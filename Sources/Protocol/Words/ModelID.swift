/// The first 16 bytes of a model file's digest: two models with the same id have the same weights.
///
/// In a request it selects the model that must answer, `unspecified` allows any; in a reply it names the
/// model that answered, `unspecified` says that none is loaded.
public struct ModelID: Hashable, Sendable, CustomStringConvertible {
    /// The bytes of a model id on the wire.
    public static let byteCount = 16

    /// All zeros: any model in a request, no model in a reply.
    public static let unspecified = ModelID(bigEndianHalves: 0, 0)

    /// The first and the last eight bytes, each read most significant byte first.
    private let high: UInt64
    private let low: UInt64

    private init(bigEndianHalves high: UInt64, _ low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Takes exactly 16 bytes; nil for any other number of them.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        var halves: (UInt64, UInt64) = (0, 0)
        for (index, byte) in bytes.enumerated() {
            if index < 8 {
                halves.0 = halves.0 << 8 | UInt64(byte)
            } else {
                halves.1 = halves.1 << 8 | UInt64(byte)
            }
        }
        self.init(bigEndianHalves: halves.0, halves.1)
    }

    /// Reads 32 hexadecimal characters of either case; nil for anything else.
    public init?(hex: some StringProtocol) {
        let digits = hex.utf8
        guard digits.count == 2 * Self.byteCount else { return nil }
        var halves: (UInt64, UInt64) = (0, 0)
        for (index, digit) in digits.enumerated() {
            let value: UInt64
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = UInt64(digit - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = UInt64(digit - UInt8(ascii: "a") + 10)
            case UInt8(ascii: "A")...UInt8(ascii: "F"): value = UInt64(digit - UInt8(ascii: "A") + 10)
            default: return nil
            }
            if index < 16 {
                halves.0 = halves.0 << 4 | value
            } else {
                halves.1 = halves.1 << 4 | value
            }
        }
        self.init(bigEndianHalves: halves.0, halves.1)
    }

    /// The 16 bytes in the order of the digest.
    public var bytes: [UInt8] {
        (0..<Self.byteCount).map { index in
            let half = index < 8 ? high : low
            return UInt8(truncatingIfNeeded: half >> UInt64(56 - 8 * (index & 7)))
        }
    }

    /// 32 lower-case hexadecimal characters.
    public var hex: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// The same as `hex`.
    public var description: String { hex }

    /// Loads the id from a frame.
    ///
    /// The 16 bytes must lie within the span.
    init(loading bytes: RawSpan, at offset: Int) {
        self.init(
            bigEndianHalves: bytes.uint64(at: offset).byteSwapped,
            bytes.uint64(at: offset + 8).byteSwapped
        )
    }

    /// The two halves as the little-endian integers that spell the same bytes.
    var wireHalves: (UInt64, UInt64) { (high.byteSwapped, low.byteSwapped) }
}
