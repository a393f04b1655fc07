import RankCore

/// The text of a progress bar, in the manner of Keras:
/// `80/80 ━━━━━━━━━━━━━━━━━━━━ 0s 3ms/step - loss: 0.0847`.
///
/// A value without state or clock; `ProgressLine` puts it on a terminal.
public struct ProgressBar: Sendable {
    /// The number of units of the work; at least 1.
    public let total: Int
    /// The name of a unit.
    public let unit: String
    /// The number of units done before, by another process: they took none of the time.
    public let start: Int

    /// The columns of the bar itself, and what they may shrink to.
    private static let lengths = 5...20

    /// A bar for that much work, of which some may have been done before.
    public init(total: Int, unit: String, startingAt start: Int = 0) {
        self.total = max(1, total)
        self.unit = unit
        self.start = max(0, start)
    }

    /// The line for a moment.
    ///
    /// A line that does not fit is shortened step by step: long names, a loss beside its own root, the length of the
    /// bar, then details, rate and bar.
    ///
    /// - Parameters:
    ///   - completed: Units done so far, those before among them.
    ///   - elapsed: Since the start. The line shows the time still to go, and at the end the time it took.
    ///   - details: Names and values to append, such as the loss; four decimals.
    ///   - width: The most columns that the line may take.
    /// - Returns: The line, without its end.
    public func line(
        completed: Int,
        elapsed: Duration,
        details: [(name: String, value: Double)] = [],
        width: Int = .max
    ) -> String {
        let completed = min(max(0, completed), total)
        let count = String(completed)
        let padding = String(repeating: " ", count: max(0, String(total).count - count.count))
        let position = "\(padding)\(count)/\(total)"
        var (time, rate) = ("", "")
        if completed > start {
            let each = elapsed / (completed - start)
            time = " \(Self.clock(completed == total ? elapsed : each * (total - completed)))"
            rate = " \(Self.short(each))/\(unit)"
        }
        func text(_ length: Int, _ rate: String, _ details: [(name: String, value: Double)]) -> String {
            let filled = completed * length / total
            let bar = String(repeating: "━", count: filled) + String(repeating: "─", count: length - filled)
            let numbers = details.map { " - \($0.name): \(fixed($0.value, 4))" }.joined()
            return position + (length > 0 ? " \(bar)" : "") + time + rate + numbers
        }
        let short = Self.shortened(details)
        let roots = Self.withoutSquares(short)
        let (shortest, longest) = (Self.lengths.lowerBound, Self.lengths.upperBound)
        var choices = [text(longest, rate, details), text(longest, rate, short)]
        choices += Self.lengths.reversed().map { text($0, rate, roots) }
        choices += roots.indices.reversed().map { text(shortest, rate, Array(roots[..<$0])) }
        choices += [text(shortest, "", []), text(0, "", [])]
        return choices.first { displayWidth($0) <= width } ?? cut(position, to: width)
    }

    private static let root = "root_mean_squared_error"

    private static func shortened(_ details: [(name: String, value: Double)]) -> [(name: String, value: Double)] {
        details.map { ($0.name.hasSuffix(root) ? $0.name.dropLast(root.count) + "rmse" : $0.name, $0.value) }
    }

    /// Leaves out each loss that stands beside its own root.
    private static func withoutSquares(_ details: [(name: String, value: Double)]) -> [(name: String, value: Double)] {
        let names = Set(details.map(\.name))
        return details.filter { !$0.name.hasSuffix("loss") || !names.contains($0.name.dropLast(4) + "rmse") }
    }

    /// `12s`, `3:07` or `1:02:03`.
    private static func clock(_ duration: Duration) -> String {
        let seconds = max(0, duration.components.seconds)
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        if seconds < 60 { return "\(seconds)s" }
        if seconds < 3_600 { return "\(seconds / 60):\(two(seconds % 60))" }
        return "\(seconds / 3_600):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
    }

    /// `5s`, `3ms`, `41us` or `120ns`.
    private static func short(_ duration: Duration) -> String {
        let units: [(Duration, String)] = [(.seconds(1), "s"), (.milliseconds(1), "ms"), (.microseconds(1), "us")]
        for (length, name) in units where duration >= length { return "\(fixed(duration / length, 0))\(name)" }
        return "\(fixed(duration / .nanoseconds(1), 0))ns"
    }
}
