/// The range of a data set's ratings.
public struct RatingScale: Sendable, Hashable, CustomStringConvertible {
    /// The lowest rating.
    public let minimum: Float
    /// The highest rating.
    public let maximum: Float

    /// 1 to 5 stars.
    public static let stars = RatingScale(1, 5)
    /// Half a star to 5 stars, as MovieLens has it since 2003.
    public static let halfStars = RatingScale(0.5, 5)

    private init(_ minimum: Float, _ maximum: Float) {
        self.minimum = minimum
        self.maximum = maximum
    }

    /// A scale.
    ///
    /// - Throws: `DataError` with code `invalidArgument` unless both are finite and the maximum is the larger.
    public init(minimum: Float, maximum: Float) throws(DataError) {
        guard minimum.isFinite, maximum.isFinite, minimum < maximum, (maximum - minimum).isFinite else {
            throw DataError(
                .invalidArgument,
                "a scale from \(minimum) to \(maximum); expected two numbers, the first one smaller"
            )
        }
        self.init(minimum, maximum)
    }

    /// Reads the text of `--scale`, `MIN,MAX`.
    ///
    /// - Throws: `DataError` with code `invalidArgument`.
    public init(parsing text: String) throws(DataError) {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        guard parts.count == 2, let minimum = Float(parts[0]), let maximum = Float(parts[1]) else {
            throw DataError(.invalidArgument, "the scale '\(text)' is not MIN,MAX; expected two numbers such as 0.5,5")
        }
        try self.init(minimum: minimum, maximum: maximum)
    }

    /// The distance from minimum to maximum.
    public var width: Float { maximum - minimum }

    /// A rating as a label: 0 for the minimum, 1 for the maximum.
    public func label(of rating: Float) -> Float { (rating - minimum) / width }

    /// Whether it is a rating of this scale.
    func contains(_ rating: Float) -> Bool { minimum <= rating && rating <= maximum }

    /// The range, such as `0.5 to 5`.
    public var description: String { "\(Self.shown(minimum)) to \(Self.shown(maximum))" }

    /// The value of `--scale` for this range, such as `0.5,5`.
    public var argument: String { "\(Self.shown(minimum)),\(Self.shown(maximum))" }

    private static func shown(_ value: Float) -> String {
        let text = "\(value)"
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}

/// The treatment of a pair that is rated more than once.
public enum DuplicateRule: String, Sendable, CaseIterable {
    /// An error that names both lines.
    case refuse
    /// The rating that stands first in the file counts.
    case first
    /// The rating that stands last in the file counts.
    case last
    /// The mean of the pair's ratings counts, in the place of the first.
    case mean
}

/// The choices that the files of a data set leave open.
public struct DataOptions: Sendable, Hashable {
    /// The scale of the ratings; nil for that of the format, or, where a format has none, from the lowest to the
    /// highest rating of the file.
    public var scale: RatingScale?
    /// The treatment of a pair that is rated more than once.
    public var duplicates: DuplicateRule

    /// Options; the defaults refuse a pair that is rated more than once.
    public init(scale: RatingScale? = nil, duplicates: DuplicateRule = .refuse) {
        self.scale = scale
        self.duplicates = duplicates
    }
}
