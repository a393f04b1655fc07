/// A numeric profile: scores of the same model and the same profile are the same bits.
///
/// In a call it selects the profile that must answer, and ``unspecified`` allows any. A plugin has a profile of its
/// own, whose name is in its worker's INFO.
public struct NumericProfile: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// The number in requests and replies.
    public let rawValue: UInt16

    /// Wraps a number; numbers without a name here may belong to a newer peer.
    public init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// Any profile in a call, none in an answer of a worker without a model.
    public static let unspecified = NumericProfile(rawValue: 0)
    /// Chains of fused multiply-adds in binary32, as docs/reference/numerics.md defines them.
    public static let fp32FMA = NumericProfile(rawValue: 1)
    /// The same chains in binary32 with a multiplication and an addition, each rounded.
    public static let fp32Unfused = NumericProfile(rawValue: 2)
    /// The first two dense layers in integers of 13 and 16 bits, the rest as ``fp32FMA``.
    public static let int16FMA = NumericProfile(rawValue: 3)
    /// The first two dense layers in integers of 8 bits, the rest as ``fp32FMA``.
    public static let int8FMA = NumericProfile(rawValue: 4)
    /// Leaves of trees added one by one, in binary32 or binary64 as the model says.
    public static let treeSum = NumericProfile(rawValue: 5)

    /// The profile's name in documents and in INFO.
    public var description: String {
        switch self {
        case .unspecified: "unspecified"
        case .fp32FMA: "fp32-fma"
        case .fp32Unfused: "fp32-unfused"
        case .int16FMA: "int16-fma"
        case .int8FMA: "int8-fma"
        case .treeSum: "tree-sum"
        default: "profile-\(rawValue)"
        }
    }
}
