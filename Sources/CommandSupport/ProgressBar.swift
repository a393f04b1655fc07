/// The text of a progress bar, in the manner of Keras:
/// `80/80 ━━━━━━━━━━━━━━━━━━━━ 0s 3ms/step - loss: 0.0847`.
///
/// A value without state or clock; `ProgressLine` puts it on a terminal.
public struct ProgressBar: Sendable {
    /// How many units the work has; at least 1.
    public let total: Int
    /// What a unit is called.
    public let unit: String
    /// How many of them were done before, by another process: they took none of the time.
    public let start: Int

    private static let width = 20

    /// A bar for that much work, of which some may have been done before.
    public init(total: Int, unit: String, startingAt start: Int = 0) {
        self.total = max(1, total)
        self.unit = unit
        self.start = max(0, start)
    }

    /// The line for a moment.
    ///
    /// - Parameters:
    ///   - completed: Units done so far, those before among them.
    ///   - elapsed: Since the start. The line shows the time still to go, and at the end the time it took.
    ///   - details: Names and values to append, such as the loss; four decimals.
    /// - Returns: The line, without its end.
    public func line(completed: Int, elapsed: Duration, details: [(name: String, value: Double)] = []) -> String {
        let completed = min(max(0, completed), total)
        let filled = completed * Self.width / total
        let count = String(completed)
        let padding = String(repeating: " ", count: max(0, String(total).count - count.count))
        let bar = String(repeating: "━", count: filled) + String(repeating: "─", count: Self.width - filled)
        var text = "\(padding)\(count)/\(total) \(bar)"
        if completed > start {
            let each = elapsed / (completed - start)
            text += " \(Self.clock(completed == total ? elapsed : each * (total - completed)))"
            text += " \(Self.short(each))/\(unit)"
        }
        for (name, value) in details { text += " - \(name): \(fixed(value, 4))" }
        return text
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
