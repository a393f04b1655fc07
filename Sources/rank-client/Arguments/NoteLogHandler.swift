import CommandSupport
import Logging

/// Prints the warnings of a pool to standard error, as notes.
struct NoteLogHandler: LogHandler {
    var logLevel = Logger.Level.warning
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Prints the message; it says all that the metadata does.
    func log(event: LogEvent) {
        try? StandardStream.error.writeLine("note: \(event.message)")
    }
}

extension Logger {
    /// The logger of a command's pool.
    static var notes: Logger { Logger(label: "rank-client") { _ in NoteLogHandler() } }
}
