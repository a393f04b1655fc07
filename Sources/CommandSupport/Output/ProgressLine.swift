import RankSystem

/// A line of a terminal that is written over as work goes on, and never longer than the terminal is wide.
///
/// Silent when disabled: a log file or a pipe sees nothing of it. A terminal that cannot write over a line
/// (`TERM=dumb`) gets the last text alone.
public struct ProgressLine {
    private let stream: StandardStream
    private let isEnabled: Bool
    private let isWrittenOver: Bool
    private var lastShown: Duration?
    /// The columns of the text that stands there now.
    private var columns = 0

    private static let interval = Duration.milliseconds(50)

    /// A line on a stream.
    ///
    /// - Parameters:
    ///   - stream: Where to.
    ///   - isQuiet: Whether to write nothing even to a terminal.
    public init(on stream: StandardStream, isQuiet: Bool) {
        self.stream = stream
        isEnabled = !isQuiet && stream.isTerminal
        isWrittenOver = SystemCall.environment("TERM") != "dumb"
    }

    /// Whether anything is written at all.
    public var isVisible: Bool { isEnabled }

    /// Shows a text in place of the one before; at most twenty times a second.
    ///
    /// - Parameters:
    ///   - elapsed: The time now, since any fixed moment.
    ///   - text: Makes the line for so many columns; called only when it is shown.
    public mutating func show(at elapsed: Duration, _ text: (_ width: Int) -> String) {
        guard isEnabled, isWrittenOver else { return }
        if let lastShown, elapsed - lastShown < Self.interval { return }
        lastShown = elapsed
        write(text, end: "")
    }

    /// Writes a line that stays, before the first text.
    public func note(_ text: String) {
        guard isEnabled else { return }
        try? stream.writeLine(broken(text, for: stream))
    }

    /// Replaces the text a last time and ends the line.
    ///
    /// - Parameter text: Makes the line for so many columns.
    public mutating func finish(_ text: (_ width: Int) -> String) {
        guard isEnabled else { return }
        lastShown = nil
        write(text, end: "\n")
        columns = 0
    }

    private mutating func write(_ text: (_ width: Int) -> String, end: String) {
        // The size of the terminal may have changed.
        let width = max(1, stream.width ?? 80)
        // With the cursor behind the last column, erasing the rest of the line would erase that column, too.
        let line = cut(text(width - 1), to: width - 1)
        guard isWrittenOver else {
            try? stream.write(line + end)
            return
        }
        // A terminal that became narrower has broken the text before into several lines.
        let linesAbove = max(0, columns - 1) / width
        let up = linesAbove > 0 ? "\u{1B}[\(linesAbove)A" : ""
        try? stream.write("\(up)\r\(line)\u{1B}[\(linesAbove > 0 ? "J" : "K")\(end)")
        columns = displayWidth(line)
    }
}
