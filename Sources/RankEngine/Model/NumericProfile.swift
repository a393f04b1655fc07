/// How a score is computed, bit for bit: two scores may be compared only under one profile.
public struct NumericProfile: Sendable, Hashable, CustomStringConvertible {
    /// The number that stands in replies; 0 is none.
    public let number: UInt16
    /// The profile's name.
    public let description: String

    /// float32 with fused multiply-add in a fixed order; docs/reference/numerics.md.
    public static let fp32FMA = NumericProfile(number: 1, description: "fp32-fma")
    /// float32 in the same order with a multiplication and an addition, each rounded, in the place of a fused
    /// multiply-add; docs/reference/numerics.md.
    public static let fp32Unfused = NumericProfile(number: 2, description: "fp32-unfused")
    /// The first two dense layers in integers of 13 and 16 bits, the rest as ``fp32FMA``; docs/reference/numerics.md.
    public static let int16FMA = NumericProfile(number: 3, description: "int16-fma")
    /// The first two dense layers in integers of 8 bits, the rest as ``fp32FMA``; docs/reference/numerics.md.
    public static let int8FMA = NumericProfile(number: 4, description: "int8-fma")
}
