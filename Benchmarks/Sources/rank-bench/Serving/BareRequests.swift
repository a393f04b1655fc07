/// SCORE requests of one size with different users and candidates, one after another in memory.
///
/// A second writer of requests beside RankLoad's `RequestSet`, on purpose: the bytes come from the protocol's document
/// and not from the product's codec, so that the load is the same for every server, and a change of the codec cannot
/// change what it is measured with.
struct BareRequests {
    /// How many different requests there are.
    let variants: Int
    /// All frames.
    let bytes: [UInt8]
    /// The size of each.
    let requestSize: Int
    /// The size of each reply: scores and entry bits in request order.
    let replySize: Int
    let candidateCount: Int

    /// Draws users and candidates; 64 requests are enough to touch the whole of a small model's tables.
    init(candidates: Int, users: ClosedRange<UInt64>, candidateIDs: ClosedRange<UInt64>, variants: Int = 64) {
        self.variants = variants
        candidateCount = candidates
        requestSize = 48 + 16 + 16 + 8 * candidates
        replySize = 48 + 16 + 16 + (5 * candidates + 7) / 8 * 8
        var generator = SplitMix(state: 42)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(variants * requestSize)
        for variant in 0..<variants {
            bytes.append(UInt32(requestSize - 4))
            bytes.append(contentsOf: "RANK".utf8)
            bytes.append(UInt64(variant))
            bytes.append(contentsOf: [1, 1, 0, 0])
            bytes.append(UInt32.max)
            bytes.append(contentsOf: repeatElement(0, count: 16 + 2 + 2 + 4))
            bytes.append(UInt32(1))
            bytes.append(UInt32(0))
            bytes.append(contentsOf: repeatElement(0, count: 8))
            bytes.append(UInt32(candidates))
            bytes.append(UInt32(16 + 8 * candidates))
            bytes.append(UInt64.random(in: users, using: &generator))
            for _ in 0..<candidates { bytes.append(UInt64.random(in: candidateIDs, using: &generator)) }
        }
        self.bytes = bytes
    }

    /// Where a request's user id lies; its candidates follow.
    func userOffset(_ variant: Int) -> Int { variant * requestSize + 48 + 16 + 8 }
}

/// SplitMix64 (Steele, Lea and Flood 2014); a package that uses the products alone has no other.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }
}

extension [UInt8] {
    fileprivate mutating func append<Value: FixedWidthInteger>(_ value: Value) where Value: UnsignedInteger {
        Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
    }
}
