/// The times for which a scoring thread may make no progress.
public struct WatchdogLimits: Sendable, Hashable {
    /// The time after which the thread is stalled: neither live nor ready, in nanoseconds.
    ///
    /// At least 20 times the 99th percentile of its steps is allowed in any case.
    public var stalled: UInt64

    /// The time after which the thread is given up, in nanoseconds.
    ///
    /// At least 100 times the 99th percentile of its steps is allowed in any case.
    public var hopeless: UInt64

    /// Two and ten seconds.
    public static let standard = WatchdogLimits(stalled: 2_000_000_000, hopeless: 10_000_000_000)

    /// Other limits, in nanoseconds.
    public init(stalled: UInt64, hopeless: UInt64) {
        self.stalled = stalled
        self.hopeless = hopeless
    }
}

/// Tells a scoring thread that works from one that is stuck: pure, with the time as an argument.
///
/// Only time during which the watchdog itself ran counts: a process that was frozen, or had no processor, is not blamed
/// when it goes on.
package struct Watchdog {
    /// The result of a look.
    package enum Verdict: Hashable {
        /// The thread makes progress, or has not been without for long.
        case alive
        /// The thread has made no progress for this many nanoseconds.
        case stalled(UInt64)
        /// The thread has made no progress for this many nanoseconds, and none is expected.
        case hopeless(UInt64)
    }

    private let limits: WatchdogLimits
    private var lastTick: UInt64
    private var lastLook: UInt64
    private var idle: UInt64 = 0

    /// The time between two looks, in nanoseconds.
    package var interval: UInt64 { max(limits.stalled / 8, 1_000_000) }

    /// Begins to watch.
    package init(_ limits: WatchdogLimits, at now: UInt64) {
        self.limits = limits
        lastTick = 0
        lastLook = now
    }

    /// Looks at the thread.
    ///
    /// - Parameters:
    ///   - tick: A number that changes with each step.
    ///   - slowStep: The 99th percentile of its steps, in nanoseconds.
    ///   - now: The time, in nanoseconds.
    /// - Returns: The verdict.
    package mutating func look(tick: UInt64, slowStep: UInt64, at now: UInt64) -> Verdict {
        if tick == lastTick {
            idle &+= min(now &- lastLook, 2 * interval)
        } else {
            idle = 0
            lastTick = tick
        }
        lastLook = now
        func allowed(_ limit: UInt64, _ factor: UInt64) -> UInt64 {
            let (product, overflow) = slowStep.multipliedReportingOverflow(by: factor)
            return max(limit, overflow ? .max : product)
        }
        if idle > allowed(limits.hopeless, 100) { return .hopeless(idle) }
        if idle > allowed(limits.stalled, 20) { return .stalled(idle) }
        return .alive
    }
}
