/// A line of a terminal that is written over as work goes on.
///
/// Silent when disabled: a log file or a pipe sees nothing of it.
public struct ProgressLine {
    private let stream: StandardStream
    private let isEnabled: Bool
    private var lastShown: Duration?

    private static let interval = Duration.milliseconds(50)

    /// A line on a stream.
    ///
    /// - Parameters:
    ///   - stream: Where to.
    ///   - isQuiet: Whether to write nothing even to a terminal.
    public init(on stream: StandardStream, isQuiet: Bool) {
        self.stream = stream
        isEnabled = !isQuiet && stream.isTerminal
    }

    /// Whether anything is written at all.
    public var isVisible: Bool { isEnabled }

    /// Shows a text in place of the one before; at most twenty times a second.
    ///
    /// - Parameters:
    ///   - elapsed: The time now, since any fixed moment.
    ///   - text: Makes the line; called only when it is shown.
    public mutating func show(at elapsed: Duration, _ text: () -> String) {
        guard isEnabled else { return }
        if let lastShown, elapsed - lastShown < Self.interval { return }
        lastShown = elapsed
        try? stream.write("\r\(text())\u{1B}[K")
    }

    /// Writes a line that stays, before the first text.
    public func note(_ text: String) {
        guard isEnabled else { return }
        try? stream.writeLine(text)
    }

    /// Replaces the text a last time and ends the line.
    public mutating func finish(_ text: String) {
        guard isEnabled else { return }
        lastShown = nil
        try? stream.write("\r\(text)\u{1B}[K\n")
    }
}
