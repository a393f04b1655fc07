/// The identity of a model, the first 16 bytes of its file's digest: two models with the same id have the same weights.
///
/// In a call it selects the model that must answer, and ``unspecified`` allows any; in an answer it names the model
/// that scored, and ``unspecified`` says that none is loaded.
public struct ModelID: Hashable, Sendable, CustomStringConvertible {
    /// The bytes of a model id.
    public static let byteCount = 16

    /// All zeros: any model in a call, no model in an answer.
    public static let unspecified = ModelID(bigEndianHalves: 0, 0)

    /// The first eight bytes, read most significant byte first.
    @usableFromInline package let high: UInt64
    /// The last eight bytes, read most significant byte first.
    @usableFromInline package let low: UInt64

    /// Joins two halves, each read most significant byte first.
    @inlinable
    package init(bigEndianHalves high: UInt64, _ low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Takes exactly 16 bytes; nil for any other number of them.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        self.init(digest: bytes)
    }

    /// Takes the first 16 bytes of a digest, such as SHA-256's; a shorter one is filled up with zeros.
    public init(digest: some Sequence<UInt8>) {
        var halves: (UInt64, UInt64) = (0, 0)
        for (index, byte) in digest.prefix(Self.byteCount).enumerated() {
            let shift = UInt64(56 - 8 * (index & 7))
            if index < 8 {
                halves.0 |= UInt64(byte) << shift
            } else {
                halves.1 |= UInt64(byte) << shift
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
            guard let value = Hex.value(of: digit) else { return nil }
            if index < 16 {
                halves.0 = halves.0 << 4 | UInt64(value)
            } else {
                halves.1 = halves.1 << 4 | UInt64(value)
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
    public var hex: String { Hex.text(bytes) }

    /// The same as ``hex``.
    public var description: String { hex }
}
