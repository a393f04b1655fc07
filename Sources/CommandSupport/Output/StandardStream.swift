import RankSystem

/// One of the process's two output streams, unbuffered.
public struct StandardStream: Sendable {
    private let descriptor: Int32
    private let name: String

    /// Results.
    public static let output = StandardStream(descriptor: StandardDescriptors.output, name: "stdout")
    /// Errors, logs and progress.
    public static let error = StandardStream(descriptor: StandardDescriptors.error, name: "stderr")

    /// Whether the stream is a terminal: bars are drawn only then.
    public var isTerminal: Bool { Terminal.isTerminal(descriptor) }

    /// The size of the terminal now, in characters; nil for anything else, such as a file or a pipe.
    ///
    /// A size that the terminal does not say is taken from `COLUMNS` and `LINES`, else it is 80 by 24.
    public var size: (columns: Int, rows: Int)? {
        guard isTerminal else { return nil }
        let size = Terminal.size(descriptor)
        func number(_ told: Int?, _ variable: String, _ standard: Int) -> Int {
            if let told, told > 0 { return told }
            return SystemCall.environment(variable).flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil } ?? standard
        }
        return (number(size?.columns, "COLUMNS", 80), number(size?.rows, "LINES", 24))
    }

    /// The columns that a line may take; nil where there is no limit, because the stream is no terminal.
    public var width: Int? { size?.columns }

    /// Writes all of a text.
    ///
    /// - Throws: `CommandFailure` with status `cannotCreate` when the stream does not take it, as on a full disk. A
    ///   reader that went away ends the process instead, by SIGPIPE, as is usual for commands.
    public func write(_ text: String) throws(CommandFailure) {
        let failure = Array(text.utf8).withUnsafeBytes { SystemCall.write($0, to: descriptor) }
        if let failure {
            throw CommandFailure(.cannotCreate, "cannot write to \(name): \(SystemCall.text(of: failure))")
        }
    }

    /// Writes a text and a line end.
    ///
    /// - Throws: As `write(_:)`.
    public func writeLine(_ text: String) throws(CommandFailure) {
        try write(text + "\n")
    }
}
