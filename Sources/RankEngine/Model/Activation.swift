internal import CRankKernels

/// The function that follows a unit's sum, and may follow the sum of a score; docs/reference/numerics.md defines each.
///
/// An activation is written as in a model file: `tanh`, `leaky_relu(0.2)`.
public struct Activation: Sendable, Hashable, CustomStringConvertible {
    /// The name of a function.
    enum Function: String, CaseIterable, Sendable {
        case relu, linear
        case leakyReLU = "leaky_relu"
        case relu6, tanh, sigmoid, gelu
        case geluTanh = "gelu_tanh"
        case silu, elu

        /// Whether the function has a parameter.
        var hasNumber: Bool { self == .leakyReLU || self == .elu }
    }

    let function: Function
    /// The slope of `leaky_relu`, the factor of `elu`; 0 for the others.
    let number: Float

    /// `x > 0 ? x : 0`: the default after a layer.
    public static let relu = Activation(.relu)
    /// No function: the sum is unchanged.
    public static let linear = Activation(.linear)

    private init(_ function: Function, number: Float = 0) {
        self.function = function
        self.number = number
    }

    /// Reads the text of a model file; nil when it is no activation, or when its number is infinite, NaN or subnormal.
    public init?(_ text: String) {
        if let function = Function(rawValue: text), !function.hasNumber {
            self.init(function)
            return
        }
        let parts = text.split(separator: "(", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts[1].hasSuffix(")"), let function = Function(rawValue: String(parts[0])),
            function.hasNumber, let number = Self.number(parts[1].dropLast())
        else { return nil }
        self.init(function, number: number)
    }

    /// The number of a decimal such as `0.2`, `-3` or `1e-05`; −0 is +0.
    private static func number(_ text: Substring) -> Float? {
        var rest = Substring(text)
        func isDigit(_ character: Character) -> Bool { ("0"..."9").contains(character) }
        if rest.first == "-" { rest.removeFirst() }
        let mantissaAndExponent = rest.split(separator: "e", maxSplits: 1, omittingEmptySubsequences: false)
        let digits = mantissaAndExponent[0].split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard digits.allSatisfy({ !$0.isEmpty && $0.allSatisfy(isDigit) }) else { return nil }
        if mantissaAndExponent.count == 2 {
            var exponent = mantissaAndExponent[1]
            if exponent.first == "-" || exponent.first == "+" { exponent.removeFirst() }
            guard !exponent.isEmpty, exponent.allSatisfy(isDigit) else { return nil }
        }
        guard let number = Float(text), number.isFinite, !number.isSubnormal else { return nil }
        return number + 0
    }

    /// The text in a model file.
    public var description: String {
        guard function.hasNumber else { return function.rawValue }
        let digits = "\(number)"
        return "\(function.rawValue)(\(digits.hasSuffix(".0") ? String(digits.dropLast(2)) : digits))"
    }

    /// All activations, for messages.
    static var choices: String {
        Function.allCases.map { function in
            switch function {
            case .leakyReLU: "leaky_relu(SLOPE)"
            case .elu: "elu(ALPHA)"
            default: function.rawValue
            }
        }.joined(separator: ", ")
    }

    /// The activation in the form of the kernels.
    var kernelActivation: rank_activation {
        let kind =
            switch function {
            case .relu: RANK_RELU
            case .linear: RANK_LINEAR
            case .leakyReLU: RANK_LEAKY_RELU
            case .relu6: RANK_RELU6
            case .tanh: RANK_TANH
            case .sigmoid: RANK_SIGMOID
            case .gelu: RANK_GELU
            case .geluTanh: RANK_GELU_TANH
            case .silu: RANK_SILU
            case .elu: RANK_ELU
            }
        return rank_activation(function: kind, number: number)
    }
}

// The properties of the functions behind the bounds of docs/reference/numerics.md.
extension Activation {
    /// The magnitude of the number, at least 1.
    private var factor: Double { max(1, Double(number.magnitude)) }

    /// The largest ratio of the distance of two values to that of their arguments.
    var steepness: Double {
        switch function {
        case .sigmoid: 0.25
        case .gelu, .geluTanh: 1.13
        case .silu: 1.1
        default: factor
        }
    }

    /// The largest value for arguments up to `size`.
    func size(of size: Double) -> Double {
        switch function {
        case .sigmoid, .tanh: 1
        case .relu6: 6
        default: factor * size
        }
    }

    /// The largest error of a computed value, under either profile, for arguments up to `size`.
    func error(for size: Double) -> Double { 0x1p-22 * factor * max(1, size) }
}
