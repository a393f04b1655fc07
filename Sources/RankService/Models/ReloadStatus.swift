import Synchronization

/// The results of a worker's loads.
///
/// May be used from any thread.
package final class ReloadStatus: Sendable {
    /// The figures.
    package struct Snapshot: Sendable {
        /// The number of the load that serves, from 1.
        package var generation: UInt64 = 1
        /// The model's description, as INFO shows it; empty until the first reload.
        package var facts: [(key: String, value: String)] = []
        /// Models that were loaded, proved and taken over since the start, the first not counted.
        package var reloads: UInt64 = 0
        /// Loads that were refused.
        package var failures: UInt64 = 0
        /// Why the last load was refused; nil when it was not.
        package var lastError: String?
    }

    private let value = Mutex(Snapshot())

    package init() {}

    /// The figures now.
    package var snapshot: Snapshot { value.withLock { $0 } }

    /// Changes the figures.
    func update(_ change: (inout Snapshot) -> Void) {
        value.withLock { snapshot in change(&snapshot) }
    }
}
