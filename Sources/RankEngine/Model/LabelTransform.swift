/// The function from ratings to training labels; its inverse shows scores as ratings.
///
/// A transform is written `(rating-MIN)/WIDTH`, such as `(rating-1)/4`, both in the fewest digits that read back as the
/// same float32, or `identity`, or `none`.
public struct LabelTransform: RawRepresentable, Sendable, Hashable {
    /// The text in a model file.
    public let rawValue: String
    /// The rating whose label is 0.
    public let minimum: Float
    /// The distance of the rating whose label is 1 from ``minimum``; above 0.
    public let width: Float

    /// `(rating − 1)/4`: a score is shown in stars as `1 + 4·score`.
    public static let unitFromStars = LabelTransform(text: "(rating-1)/4", 1, 4)
    /// Unknown or none: a score is shown as it is.
    public static let identity = LabelTransform(text: "identity", 0, 1)

    /// A score is no rating: it only orders the candidates of a user, as the ranking loss trained it.
    public static let none = LabelTransform(text: "none", 0, 1)

    private init(text: String, _ minimum: Float, _ width: Float) {
        rawValue = text
        self.minimum = minimum
        self.width = width
    }

    /// Labels from 0 to 1 for ratings from `minimum` to `minimum` + `width`.
    ///
    /// nil unless both are finite and the width is above 0.
    public init?(minimum: Float, width: Float) {
        guard minimum.isFinite, width.isFinite, width > 0 else { return nil }
        let sign = minimum < 0 ? "+" : "-"
        let text = "(rating\(sign)\(Self.shortest(minimum.magnitude)))/\(Self.shortest(width))"
        self.init(text: text, minimum == 0 ? 0 : minimum, width)
    }

    /// Reads the text of a model file; nil when no writer would write it.
    public init?(rawValue: String) {
        if let named = [Self.identity, Self.none].first(where: { $0.rawValue == rawValue }) {
            self = named
            return
        }
        let prefix = "(rating"
        let parts = rawValue.dropFirst(prefix.count + 1).split(separator: ")/", omittingEmptySubsequences: false)
        guard rawValue.hasPrefix(prefix), parts.count == 2, let minimum = Float(parts[0]), let width = Float(parts[1])
        else { return nil }
        let sign: Float = rawValue.dropFirst(prefix.count).first == "+" ? -1 : 1
        self.init(minimum: sign * minimum, width: width)
        guard self.rawValue == rawValue else { return nil }
    }

    private static func shortest(_ value: Float) -> String {
        let text = "\(value)"
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    /// Whether a score stands for a rating on a known scale.
    public var hasScale: Bool { self != .identity && self != LabelTransform.none }

    /// Ratings as gains of a ranked list: stars unchanged, other scales mapped to 1...5.
    package func gains(of ratings: [Float]) -> [Float] {
        if !bringsToStars { return ratings }
        return ratings.map { Float(1 + 4 * label(of: Double($0))) }
    }

    /// The rating that has a gain.
    package func rating(ofGain gain: Float) -> Float { bringsToStars ? rating(of: (gain - 1) / 4) : gain }

    /// Whether gains differ from ratings.
    package var bringsToStars: Bool {
        let areStars = [Self.unitFromStars.minimum, 0.5].contains(minimum) && rating(of: 1) == 5
        return hasScale && !areStars
    }

    /// The label of a rating.
    public func label(of rating: Double) -> Double { (rating - Double(minimum)) / Double(width) }

    /// A score as a rating; a score outside 0...1 gives a rating outside the scale.
    public func rating(of score: Float) -> Float { minimum + width * score }

    /// A score as the rating to show: the nearest one of the scale.
    ///
    /// Only ratings to show are cut off; scores and measured errors never are.
    public func shownRating(of score: Float) -> Float {
        guard hasScale else { return rating(of: score) }
        return min(max(rating(of: score), minimum), rating(of: 1))
    }
}
