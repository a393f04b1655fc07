/// For how long a scoring thread may make no progress.
public struct WatchdogLimits: Sendable, Hashable {
    /// After so many nanoseconds it is stalled: neither live nor ready.
    ///
    /// At least 20 times the 99th percentile of its steps is allowed in any case.
    public var stalled: UInt64

    /// After so many nanoseconds it is given up.
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
/// What counts is for how long it has been seen without progress. A process that was frozen, or a machine that had no
/// time for it, is not seen meanwhile and is not blamed when it goes on.
package struct Watchdog {
    /// What a look found.
    package enum Verdict: Hashable {
        /// It makes progress, or has not been without for long.
        case alive
        /// It has made none for so many nanoseconds.
        case stalled(UInt64)
        /// It has made none for so many nanoseconds, and nobody expects any more.
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
    ///   - tick: What changes with each of its steps.
    ///   - slowStep: The 99th percentile of its steps, in nanoseconds.
    ///   - now: The time, in nanoseconds.
    /// - Returns: How it is.
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
