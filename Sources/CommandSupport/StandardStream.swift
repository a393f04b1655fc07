#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// One of the process's two output streams, unbuffered.
public struct StandardStream: Sendable {
    private let descriptor: Int32
    private let name: String

    /// Results.
    public static let output = StandardStream(descriptor: STDOUT_FILENO, name: "stdout")
    /// Errors, logs and progress.
    public static let error = StandardStream(descriptor: STDERR_FILENO, name: "stderr")

    /// Whether someone looks at it: bars are drawn only then.
    public var isTerminal: Bool { isatty(descriptor) == 1 }

    /// Writes all of a text.
    ///
    /// - Throws: `CommandFailure` with status `cannotCreate` when the stream does not take it, as on a full disk. A
    ///   reader that went away ends the process instead, by SIGPIPE, as is usual for commands.
    public func write(_ text: String) throws(CommandFailure) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { systemWrite(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                bytes = bytes.dropFirst(count)
            } else if errno != EINTR {
                throw CommandFailure(.cannotCreate, "cannot write to \(name): \(String(cString: strerror(errno)))")
            }
        }
    }

    /// Writes a text and a line end.
    ///
    /// - Throws: As `write(_:)`.
    public func writeLine(_ text: String) throws(CommandFailure) {
        try write(text + "\n")
    }
}

private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    #if canImport(Glibc)
    Glibc.write(descriptor, bytes, count)
    #elseif canImport(Musl)
    Musl.write(descriptor, bytes, count)
    #else
    Darwin.write(descriptor, bytes, count)
    #endif
}
