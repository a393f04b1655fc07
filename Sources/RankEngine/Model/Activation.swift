internal import CRankKernels

/// What a unit's sum goes through, and what a score's sum may go through; docs/reference/numerics.md defines each.
///
/// Its text is that of a model file: `tanh`, `leaky_relu(0.2)`.
public struct Activation: Sendable, Hashable, CustomStringConvertible {
    /// The name of a function.
    enum Function: String, CaseIterable, Sendable {
        case relu, linear
        case leakyReLU = "leaky_relu"
        case relu6, tanh, sigmoid, gelu
        case geluTanh = "gelu_tanh"
        case silu, elu

        /// Whether the function has a number.
        var hasNumber: Bool { self == .leakyReLU || self == .elu }
    }

    let function: Function
    /// The slope of `leaky_relu`, the factor of `elu`; 0 for the others.
    let number: Float

    /// `x > 0 ? x : 0`: what follows a layer unless something else is said.
    public static let relu = Activation(.relu)
    /// Nothing: a sum stays as it is.
    public static let linear = Activation(.linear)

    private init(_ function: Function, number: Float = 0) {
        self.function = function
        self.number = number
    }

    /// Reads the text of a model file; nil when it is no activation, or its number not finite or subnormal.
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

    /// The text that a model file has.
    public var description: String {
        guard function.hasNumber else { return function.rawValue }
        let digits = "\(number)"
        return "\(function.rawValue)(\(digits.hasSuffix(".0") ? String(digits.dropLast(2)) : digits))"
    }

    /// What a message says that an activation can be.
    static var choices: String {
        Function.allCases.map { function in
            switch function {
            case .leakyReLU: "leaky_relu(SLOPE)"
            case .elu: "elu(ALPHA)"
            default: function.rawValue
            }
        }.joined(separator: ", ")
    }

    /// The activation as the kernels have it.
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

// What docs/reference/numerics.md knows of the functions, for its bounds.
extension Activation {
    /// 1, or the size of the number where that is larger.
    private var factor: Double { max(1, Double(number.magnitude)) }

    /// The most that two values of the function are further apart than their arguments.
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

    /// How far a computed value may be from the real function's, under either profile, for arguments up to `size`.
    func error(for size: Double) -> Double { 0x1p-22 * factor * max(1, size) }
}
