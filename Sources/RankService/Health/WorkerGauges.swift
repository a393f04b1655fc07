import Synchronization

/// The load of a worker's thread and its last sign of life, for other threads.
///
/// The thread writes after every step of work, and at least twice a second while idle, without a lock; readers do not
/// delay it. May be read on any thread.
public final class WorkerGauges: Sendable {
    /// The values at one moment.
    ///
    /// Each is right by itself; two of them may belong to neighbouring steps.
    public struct Snapshot: Sendable, Hashable {
        /// When the thread last finished a step or looked for work, in nanoseconds of `CLOCK_MONOTONIC`.
        public var lastTick: UInt64

        /// The time that the thread has worked and not waited since the start, in nanoseconds.
        public var busyNanoseconds: UInt64

        /// The number of requests that wait.
        public var queueDepth: UInt64

        /// The estimated cost of the requests that wait or are in work, in microseconds.
        public var backlogMicroseconds: UInt64

        /// The share of the time since an earlier snapshot during which the thread worked, from 0 to 1.
        public func busyRatio(since earlier: Snapshot) -> Double {
            guard lastTick > earlier.lastTick, busyNanoseconds > earlier.busyNanoseconds else { return 0 }
            let busy = Double(busyNanoseconds - earlier.busyNanoseconds)
            return min(busy / Double(lastTick - earlier.lastTick), 1)
        }
    }

    private let tick = Atomic<UInt64>(0)
    private let busy = Atomic<UInt64>(0)
    private let depth = Atomic<UInt64>(0)
    private let backlog = Atomic<UInt64>(0)

    init() {}

    /// The values now.
    ///
    /// Without a lock or an allocation.
    ///
    /// - Complexity: O(1).
    public var snapshot: Snapshot {
        Snapshot(
            lastTick: tick.load(ordering: .relaxed),
            busyNanoseconds: busy.load(ordering: .relaxed),
            queueDepth: depth.load(ordering: .relaxed),
            backlogMicroseconds: backlog.load(ordering: .relaxed)
        )
    }

    /// Writes new values; only the worker's thread does.
    func publish(_ snapshot: Snapshot) {
        tick.store(snapshot.lastTick, ordering: .relaxed)
        busy.store(snapshot.busyNanoseconds, ordering: .relaxed)
        depth.store(snapshot.queueDepth, ordering: .relaxed)
        backlog.store(snapshot.backlogMicroseconds, ordering: .relaxed)
    }
}
