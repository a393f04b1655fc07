/// The exponential function, with the same bits on every machine.
///
/// Only operations that IEEE 754 rounds correctly are used, as in `NormalRandom.logarithm`, so that no math library
/// influences a trained weight.
package enum Exponential {
    /// eˣ, within a few units in the last place; 0 below −708, infinite above 709.
    ///
    /// eˣ = 2ⁿ · eʳ with |r| ≤ ln 2 / 2, and eʳ by its Taylor series of degree 13, whose rest is below 5e-18.
    package static func of(_ x: Double) -> Double {
        guard x >= -708 else { return x.isNaN ? x : 0 }
        guard x <= 709 else { return .infinity }
        let n = (x * 1.442_695_040_888_963_4).rounded()
        // ln 2 in two parts: n times the first one is exact.
        let r = (x - n * 0.693_147_180_369_123_816_490) - n * 1.908_214_929_270_587_700_02e-10
        var sum = 1 / 6_227_020_800.0
        sum = sum * r + 1 / 479_001_600.0
        sum = sum * r + 1 / 39_916_800.0
        sum = sum * r + 1 / 3_628_800.0
        sum = sum * r + 1 / 362_880.0
        sum = sum * r + 1 / 40_320.0
        sum = sum * r + 1 / 5_040.0
        sum = sum * r + 1 / 720.0
        sum = sum * r + 1 / 120.0
        sum = sum * r + 1 / 24.0
        sum = sum * r + 1 / 6.0
        sum = sum * r + 0.5
        sum = sum * r + 1
        sum = sum * r + 1
        return sum * Double(sign: .plus, exponent: Int(n), significand: 1)
    }

    /// log(eᵃ + eᵇ) without overflow; either may be −∞.
    package static func logOfSum(_ a: Double, _ b: Double) -> Double {
        let (low, high) = a < b ? (a, b) : (b, a)
        guard low > -.infinity else { return high }
        return high + NormalRandom.logarithm(1 + of(low - high))
    }
}
