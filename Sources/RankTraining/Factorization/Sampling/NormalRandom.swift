import RankData

/// Normal and gamma draws from `NumPyRandom`, with the same bits on every machine.
///
/// Only operations that IEEE 754 rounds correctly are used; the logarithm is a series of its own.
package struct NormalRandom: Sendable {
    private var random: NumPyRandom
    private var spare: Double?

    /// Draws with a seed.
    package init(seed: UInt64) {
        random = NumPyRandom(seed: seed)
    }

    /// The state of the generator: `NumPyRandom.words`, then 1 and the bits of a normal draw that is kept, or 0 and 0.
    package var words: [UInt64] { random.words + (spare.map { [1, $0.bitPattern] } ?? [0, 0]) }

    /// The generator with this state; nil if no generator has it.
    package init?(words: [UInt64]) {
        guard words.count == 7, let random = NumPyRandom(words: Array(words[..<5])) else { return nil }
        self.random = random
        spare = words[5] == 0 ? nil : Double(bitPattern: words[6])
    }

    /// A draw with mean 0 and variance 1.
    ///
    /// Source: Marsaglia and Bray 1964, the polar method.
    package mutating func nextNormal() -> Double {
        if let spare {
            self.spare = nil
            return spare
        }
        while true {
            let x = 2 * random.nextUnit() - 1
            let y = 2 * random.nextUnit() - 1
            let square = x * x + y * y
            guard square < 1, square > 0 else { continue }
            let scale = (-2 * Self.logarithm(square) / square).squareRoot()
            spare = y * scale
            return x * scale
        }
    }

    /// A gamma draw with scale 1 and a shape of at least 1.
    ///
    /// Source: Marsaglia and Tsang 2000.
    package mutating func nextGamma(shape: Double) -> Double {
        let d = shape - 1 / 3.0
        let c = 1 / (9 * d).squareRoot()
        while true {
            let x = nextNormal()
            let root = 1 + c * x
            guard root > 0 else { continue }
            let v = root * root * root
            let unit = 1 - random.nextUnit()
            if Self.logarithm(unit) < x * x / 2 + d - d * v + d * Self.logarithm(v) { return d * v }
        }
    }

    /// The natural logarithm of a normal number above 0, within 4 units in the last place of the larger of it and 1.
    ///
    /// log(2ᵉ · m) = e · log 2 + 2 · artanh((m − 1) / (m + 1)), with m within √½ and √2.
    package static func logarithm(_ x: Double) -> Double {
        var exponent = Double(x.exponent)
        var m = x.significand
        if m > 1.414_213_562_373_095_1 {
            m /= 2
            exponent += 1
        }
        let s = (m - 1) / (m + 1)
        let t = s * s
        var sum = 1 / 21.0
        sum = sum * t + 1 / 19.0
        sum = sum * t + 1 / 17.0
        sum = sum * t + 1 / 15.0
        sum = sum * t + 1 / 13.0
        sum = sum * t + 1 / 11.0
        sum = sum * t + 1 / 9.0
        sum = sum * t + 1 / 7.0
        sum = sum * t + 1 / 5.0
        sum = sum * t + 1 / 3.0
        sum = sum * t + 1
        return exponent * 0.693_147_180_559_945_3 + 2 * s * sum
    }
}
