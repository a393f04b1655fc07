import Logging
import Synchronization

/// Keeps what a pool logs.
final class RecordedLog: Sendable {
    struct Entry: Sendable {
        var level: Logger.Level
        var message: String
        var metadata: [String: String]
    }

    private let state = Mutex<[Entry]>([])

    /// A logger of every level.
    var logger: Logger { Logger(label: "pool") { _ in Handler(log: self) } }

    var entries: [Entry] { state.withLock { $0 } }

    var warnings: [Entry] { entries.filter { $0.level == .warning } }

    private struct Handler: LogHandler {
        let log: RecordedLog
        var logLevel = Logger.Level.trace
        var metadata: Logger.Metadata = [:]
        var metadataProvider: Logger.MetadataProvider?

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let entry = Entry(
                level: event.level,
                message: event.message.description,
                metadata: (event.metadata ?? [:]).mapValues(\.description)
            )
            log.state.withLock { $0.append(entry) }
        }
    }
}
