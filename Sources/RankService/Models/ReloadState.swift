import RankEngine
import RankSystem

/// Decides which model file is to be loaded next: pure, with the listing and the time as arguments.
///
/// A version is loaded when it is better than the one that serves, or when it is that one and has changed. A version
/// that was refused is tried again when its file changes, otherwise after 1 s, 2 s, 4 s and so on, at most a minute
/// apart.
package struct ReloadState: Sendable {
    /// The first delay after a refusal, in nanoseconds.
    package static let firstDelay: UInt64 = 1_000_000_000

    /// The longest delay, in nanoseconds.
    package static let longestDelay: UInt64 = 60_000_000_000

    private struct Failure {
        var identity: FileIdentity
        var count: Int
        var retryTime: UInt64
    }

    /// The version that serves.
    package private(set) var current: ModelVersion?
    /// Whether the model that serves has a copy of its file, so that what becomes of the file changes no score.
    package private(set) var isCopied = true

    private var failures: [String: Failure] = [:]
    private var isForced = false

    /// The state of a worker that serves a version, or none yet.
    package init(current: ModelVersion? = nil) {
        self.current = current
    }

    /// Lets the best version be loaded at the next look, changed or not, refused before or not.
    package mutating func force() {
        isForced = true
        failures = [:]
    }

    /// Chooses what to load now.
    ///
    /// - Parameters:
    ///   - versions: The versions found, the best first.
    ///   - now: The time, in nanoseconds.
    /// - Returns: The version to load; nil if there is nothing to do.
    package mutating func next(among versions: [ModelVersion], at now: UInt64) -> ModelVersion? {
        // Failures of deleted versions are dropped, so that a directory in which versions come and go does not fill
        // memory.
        if !failures.isEmpty {
            let paths = Set(versions.map(\.path))
            failures = failures.filter { paths.contains($0.key) }
        }
        for version in versions {
            if version == current, !isForced { return nil }
            if let failure = failures[version.path], failure.identity == version.identity, now < failure.retryTime {
                continue
            }
            return version
        }
        isForced = false
        return nil
    }

    /// The version has proved itself and serves from now on.
    ///
    /// - Parameters:
    ///   - version: The version.
    ///   - isCopied: Whether its model has a copy of the file.
    package mutating func succeeded(_ version: ModelVersion, isCopied: Bool = true) {
        current = version
        self.isCopied = isCopied
        failures[version.path] = nil
        isForced = false
    }

    /// The version was refused; the one before keeps serving.
    ///
    /// - Returns: The time until the next try if the file does not change, in nanoseconds.
    @discardableResult
    package mutating func failed(_ version: ModelVersion, at now: UInt64) -> UInt64 {
        var count = 1
        if let failure = failures[version.path], failure.identity == version.identity { count = failure.count + 1 }
        let delay = min(Self.firstDelay << UInt64(min(count - 1, 6)), Self.longestDelay)
        failures[version.path] = Failure(identity: version.identity, count: count, retryTime: now &+ delay)
        return delay
    }
}
