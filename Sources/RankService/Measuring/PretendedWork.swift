import RankSystem

/// Work that takes time and no processor: a thread sleeps as long as a slower machine would compute.
///
/// The system wakes a thread late; the excess is taken off the next sleep, so that the mean holds.
package struct PretendedWork {
    /// The most that is taken off, since a process may have been frozen, in nanoseconds.
    private static let mostSaved: Int64 = 1_000_000
    private var owed: Int64 = 0

    /// Work that has not begun.
    package init() {}

    /// Sleeps for a time, less the excess of earlier sleeps.
    ///
    /// - Parameters:
    ///   - nanoseconds: The time, up to 10^15, in nanoseconds.
    ///   - sleep: Sleeps for a time, and returns how long it really took, in nanoseconds.
    package mutating func spend(_ nanoseconds: Int64, sleep: (Int64) -> Int64 = Self.sleep) {
        owed += nanoseconds
        guard owed > 0 else { return }
        owed = max(owed &- sleep(owed), -Self.mostSaved)
    }

    /// Sleeps, and returns for how long, in nanoseconds.
    package static func sleep(_ nanoseconds: Int64) -> Int64 {
        let start = now
        let end = start &+ nanoseconds
        var last = start
        while last < end {
            // A signal ends it early.
            SystemThread.sleep(nanoseconds: UInt64(end - last))
            last = now
        }
        return last &- start
    }

    private static var now: Int64 { Int64(truncatingIfNeeded: MonotonicClock.nanoseconds()) }
}
