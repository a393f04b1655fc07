internal import RankSystem

/// The step from the sum of a row's leaves, the margin, to the score; docs/reference/numerics.md defines each.
///
/// An output is written as in a model file: `exp`, `logistic(0.7)`.
public enum TreeOutput: Sendable, Hashable, CustomStringConvertible {
    /// The margin itself.
    case margin
    /// The logistic function in float32, as XGBoost computes it.
    case logisticXGBoost
    /// The logistic function of the margin times a factor, in float64, as LightGBM computes it.
    case logistic(Double)
    /// The exponential function.
    case exponential
    /// The margin times its magnitude, in float64, as LightGBM computes it for `reg_sqrt`.
    case signedSquare

    private static let logisticPrefix = "logistic("

    /// Reads the text of a model file; nil when it is no output.
    init?(_ text: String) {
        switch text {
        case "logistic_xgboost": self = .logisticXGBoost
        case "exp": self = .exponential
        case "signed_square": self = .signedSquare
        default:
            guard text.hasPrefix(Self.logisticPrefix), text.hasSuffix(")") else { return nil }
            let number = text.dropFirst(Self.logisticPrefix.count).dropLast()
            let isDecimal = number.utf8.allSatisfy { "0123456789+-.eE".utf8.contains($0) }
            guard isDecimal, let factor = Double(number), factor.isFinite, factor > 0 else { return nil }
            self = .logistic(factor)
        }
    }

    /// The text in a model file; `margin` where the file has none.
    public var description: String {
        switch self {
        case .margin: "margin"
        case .logisticXGBoost: "logistic_xgboost"
        case .logistic(let factor): "\(Self.logisticPrefix)\(factor))"
        case .exponential: "exp"
        case .signedSquare: "signed_square"
        }
    }

    /// All outputs, for messages.
    static let choices = "logistic_xgboost, logistic(SIGMOID), exp and signed_square"

    /// Whether the output is defined for sums of a type.
    func suits(_ sum: TreeSum) -> Bool {
        switch self {
        case .margin, .exponential: true
        case .logisticXGBoost: sum == .float32
        case .logistic, .signedSquare: sum == .float64
        }
    }

    /// The score of a float32 margin.
    func score(_ margin: Float) -> Float {
        switch self {
        case .logisticXGBoost: 1 / (Mathematics.exponential(min(-margin, 88.7)) + 1 + 1e-16)
        case .exponential: Mathematics.exponential(margin)
        case .margin, .logistic, .signedSquare: margin
        }
    }

    /// The score of a float64 margin, rounded to float32 once.
    func score(_ margin: Double) -> Float {
        switch self {
        case .logistic(let factor): Float(1 / (1 + Mathematics.exponential(-factor * margin)))
        case .exponential: Float(Mathematics.exponential(margin))
        case .signedSquare: Float((margin < 0 ? -margin : margin) * margin)
        case .margin, .logisticXGBoost: Float(margin)
        }
    }
}

/// The type of the sums of an ensemble, and of its leaves.
enum TreeSum: String, Sendable {
    case float32
    case float64

    /// The type of tensors of such numbers.
    var elementType: SafetensorsHeader.ElementType { self == .float32 ? .float32 : .float64 }
}
