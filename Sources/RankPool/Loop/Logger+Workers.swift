package import Logging

extension Logger {
    /// Logs a change in the use of a worker: as a warning where it is used no longer, as a notice where it is again.
    package func note(_ news: WorkerNews, of endpoint: String) {
        switch news {
        case .setAside(let microseconds, let failure):
            let seconds = microseconds / 1_000_000
            warning(
                "a worker is set aside for \(seconds) s after failures in a row, the last: \(failure)",
                metadata: ["worker": "\(endpoint)", "seconds": "\(seconds)", "reason": "\(failure)"]
            )
        case .usedAgain:
            notice("a worker that was set aside is used again", metadata: ["worker": "\(endpoint)"])
        case .silent:
            warning(
                "a worker says nothing though its connection stands, and gets no new requests",
                metadata: ["worker": "\(endpoint)"]
            )
        case .heardAgain:
            notice("a worker that was silent is heard again", metadata: ["worker": "\(endpoint)"])
        }
    }
}
