/// Decides when a worker that runs out of descriptors accepts no more connections, and when it does again: pure, with
/// the time as an argument.
///
/// One shortage may be many pauses: connections that end make room for others, which use it up. A shortage is over, and
/// reported as such, after ten seconds without a pause.
package struct DescriptorShortage: Sendable, Hashable {
    /// The next action.
    package enum Step: Sendable, Hashable {
        case nothing
        /// Accept nothing more, and release the reserve to the process.
        case pause
        /// Take the reserve back and accept again.
        case resume
    }

    /// A line for the log.
    package enum News: Sendable, Hashable {
        /// Descriptors ran out.
        case began
        /// Enough descriptors are free again, after this many nanoseconds and pauses.
        case ended(nanoseconds: UInt64, pauses: UInt64)
    }

    /// The shortest pause, in nanoseconds: libzmq's thread would otherwise be busy with a connection at a time.
    package static let shortestPause: UInt64 = 1_000_000_000

    /// The time without a pause after which a shortage is over (ns).
    package static let patience: UInt64 = 10_000_000_000

    /// Whether no connections are accepted.
    package private(set) var isPaused = false

    private var start: UInt64?
    private var lastChange: UInt64 = 0
    private var pauses: UInt64 = 0

    /// There is no shortage.
    package init() {}

    /// Whether there is a shortage, during which to look more often.
    package var isShort: Bool { start != nil }

    /// Looks at how many descriptors are left.
    ///
    /// - Parameters:
    ///   - isEmpty: No descriptor is left beside the reserve; used while connections are accepted.
    ///   - hasRoom: There are enough for the reserve and for some connections; used during a pause.
    ///   - now: The time, in nanoseconds.
    /// - Returns: The next action, and the line for the log.
    package mutating func look(isEmpty: Bool, hasRoom: Bool, at now: UInt64) -> (step: Step, news: News?) {
        if isPaused {
            guard now &- lastChange >= Self.shortestPause, hasRoom else { return (.nothing, nil) }
            isPaused = false
            lastChange = now
            return (.resume, nil)
        }
        if isEmpty {
            let isNew = start == nil
            if isNew { (start, pauses) = (now, 0) }
            isPaused = true
            lastChange = now
            pauses += 1
            return (.pause, isNew ? .began : nil)
        }
        guard let start, now &- lastChange >= Self.patience else { return (.nothing, nil) }
        self.start = nil
        return (.nothing, .ended(nanoseconds: lastChange &- start, pauses: pauses))
    }
}
