/// NumPy's default random generator, bit for bit: `numpy.random.default_rng(seed)`.
///
/// The generator is PCG64 (XSL-RR, O'Neill 2014) seeded through `SeedSequence`. NumPy promises the raw stream of a bit
/// generator for ever (NEP 19), and its `permutation` has been stable since version 1.17, so a split made here is the
/// one a Python user makes with the same seed. Not for secrets.
public struct NumPyRandom: Sendable {
    private var state: UInt128
    private let increment: UInt128
    /// The upper half of the last draw, kept for the next 32-bit one.
    private var spare: UInt32?

    private static let multiplier = UInt128(2_549_297_995_355_413_924) << 64 | 4_865_540_595_714_422_341

    /// The generator of `default_rng(seed)`.
    public init(seed: UInt64) {
        let words = SeedSequence(seed).words()
        increment = (words[2] << 64 | words[3]) << 1 | 1
        state = increment &+ (words[0] << 64 | words[1])
        state = state &* Self.multiplier &+ increment
    }

    /// The state of the generator: state and increment, upper halves first, and the kept half of a draw plus 1, or 0.
    package var words: [UInt64] {
        [UInt64(truncatingIfNeeded: state >> 64), UInt64(truncatingIfNeeded: state)]
            + [UInt64(truncatingIfNeeded: increment >> 64), UInt64(truncatingIfNeeded: increment)]
            + [spare.map { UInt64($0) + 1 } ?? 0]
    }

    /// The generator that had these words; nil for what none has.
    package init?(words: [UInt64]) {
        guard words.count == 5, words[3] & 1 == 1, words[4] <= 1 << 32 else { return nil }
        state = UInt128(words[0]) << 64 | UInt128(words[1])
        increment = UInt128(words[2]) << 64 | UInt128(words[3])
        spare = words[4] == 0 ? nil : UInt32(truncatingIfNeeded: words[4] - 1)
    }

    /// The next 64 bits, `bit_generator.random_raw()`.
    public mutating func nextUInt64() -> UInt64 {
        state = state &* Self.multiplier &+ increment
        let folded = UInt64(truncatingIfNeeded: state >> 64) ^ UInt64(truncatingIfNeeded: state)
        let rotation = UInt64(truncatingIfNeeded: state >> 122)
        return folded >> rotation | folded << ((64 &- rotation) & 63)
    }

    /// Half of a 64-bit draw, lower half first.
    private mutating func nextUInt32() -> UInt32 {
        if let spare {
            self.spare = nil
            return spare
        }
        let both = nextUInt64()
        spare = UInt32(truncatingIfNeeded: both >> 32)
        return UInt32(truncatingIfNeeded: both)
    }

    /// A double in 0..<1 with 53 random bits, `random()`.
    public mutating func nextUnit() -> Double {
        Double(nextUInt64() >> 11) * 0x1p-53
    }

    /// An integer in 0...`limit`, each equally likely, as NumPy draws it for a shuffle.
    ///
    /// Takes as many bits as the limit has, and again while they exceed it; 32-bit draws where the limit fits.
    public mutating func nextInteger(upTo limit: UInt64) -> UInt64 {
        guard limit > 0 else { return 0 }
        let mask = UInt64.max >> UInt64(limit.leadingZeroBitCount)
        let isNarrow = limit <= UInt64(UInt32.max)
        while true {
            let value = (isNarrow ? UInt64(nextUInt32()) : nextUInt64()) & mask
            if value <= limit { return value }
        }
    }

    /// The numbers 0..<count in random order, `permutation(count)`; empty when `count` is not positive.
    public mutating func permutation(_ count: Int) -> [Int] {
        var order = Array(0..<max(count, 0))
        shuffle(&order)
        return order
    }

    /// Puts elements in random order in place; 0, 1, … become `permutation(count)`.
    public mutating func shuffle<Element>(_ order: inout [Element]) {
        var last = order.count - 1
        while last > 0 {
            order.swapAt(last, Int(truncatingIfNeeded: nextInteger(upTo: UInt64(last))))
            last -= 1
        }
    }
}

/// NumPy's `SeedSequence` for one integer: spreads a seed over 256 bits.
private struct SeedSequence {
    private var pool: [UInt32]

    init(_ seed: UInt64) {
        var hash: UInt32 = 0x43B0_D7E5
        func scramble(_ word: UInt32) -> UInt32 {
            var value = word ^ hash
            hash = hash &* 0x931E_8875
            value = value &* hash
            return value ^ (value >> 16)
        }
        let entropy = [UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32), 0, 0]
        pool = entropy.map(scramble)
        for source in 0..<4 {
            for target in 0..<4 where target != source {
                let mixed = 0xCA01_F9DD &* pool[target] &- 0x4973_F715 &* scramble(pool[source])
                pool[target] = mixed ^ (mixed >> 16)
            }
        }
    }

    /// `generate_state(4, uint64)`.
    func words() -> [UInt128] {
        var hash: UInt32 = 0x8B51_F9DD
        return (0..<4).map { word in
            var halves: UInt64 = 0
            for half in 0..<2 {
                var value = pool[(2 * word + half) % 4] ^ hash
                hash = hash &* 0x58F3_8DED
                value = value &* hash
                value ^= value >> 16
                halves |= UInt64(value) << (32 * UInt64(half))
            }
            return UInt128(halves)
        }
    }
}
