/// SplitMix64: the same numbers for the same seed in every version.
///
/// Source: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014.
package struct SplitMix64: RandomNumberGenerator, Sendable {
    /// The step of the generator's state: 2⁶⁴ divided by the golden ratio, made odd.
    @inlinable package static var increment: UInt64 { 0x9E37_79B9_7F4A_7C15 }

    @usableFromInline package var state: UInt64

    /// Makes a generator whose state is `seed`.
    @inlinable
    package init(seed: UInt64) { state = seed }

    /// The next number.
    @inlinable
    package mutating func next() -> UInt64 {
        state &+= Self.increment
        return Self.mix(state)
    }

    /// The number at a place of the sequence, counted from 0, without those before it.
    @inlinable
    package static func number(at index: UInt64, ofSeed seed: UInt64) -> UInt64 {
        mix(seed &+ (index &+ 1) &* increment)
    }

    /// Spreads a number over all 64 bits: the generator's finalizer, a bijection.
    @inlinable
    package static func mix(_ value: UInt64) -> UInt64 {
        var mixed = value
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
