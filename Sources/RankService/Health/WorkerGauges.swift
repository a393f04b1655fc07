import Synchronization

/// What a worker's thread tells other threads about itself: how loaded it is, what it has counted, and that it lives.
///
/// The thread writes after every step of work and at least twice a second while it has none, without a lock; reading
/// takes no time from it. May be read on any thread.
public final class WorkerGauges: Sendable {
    /// The values at one moment.
    ///
    /// Each is right by itself; two of them may belong to neighbouring steps.
    public struct Snapshot: Sendable, Hashable {
        /// When the thread last finished a step or looked for work, in nanoseconds of `CLOCK_MONOTONIC`.
        public var lastTick: UInt64

        /// The time that the thread has worked and not waited since the start, in nanoseconds.
        public var busyNanoseconds: UInt64

        /// How many requests wait.
        public var queueDepth: UInt64

        /// The estimated cost of what waits and of what is in work, in microseconds.
        public var backlogMicroseconds: UInt64

        /// Requests of every kind that were taken up.
        public var requests: UInt64

        /// Replies made, errors included.
        public var replies: UInt64

        /// Replies of the kind ERROR.
        public var errors: UInt64

        /// Candidates scored.
        public var candidates: UInt64

        /// Messages without a usable envelope, dropped.
        public var malformed: UInt64

        /// Replies that could not be handed to the transport.
        public var unsent: UInt64

        /// The sum of the times from arrival to the start of scoring, in microseconds.
        public var queueMicroseconds: UInt64

        /// The sum of the times that scoring took, in microseconds.
        public var computeMicroseconds: UInt64

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
    private let requests = Atomic<UInt64>(0)
    private let replies = Atomic<UInt64>(0)
    private let errors = Atomic<UInt64>(0)
    private let candidates = Atomic<UInt64>(0)
    private let malformed = Atomic<UInt64>(0)
    private let unsent = Atomic<UInt64>(0)
    private let queue = Atomic<UInt64>(0)
    private let compute = Atomic<UInt64>(0)

    init() {}

    /// The values now.
    ///
    /// O(1), no lock, no allocation.
    public var snapshot: Snapshot {
        Snapshot(
            lastTick: tick.load(ordering: .relaxed),
            busyNanoseconds: busy.load(ordering: .relaxed),
            queueDepth: depth.load(ordering: .relaxed),
            backlogMicroseconds: backlog.load(ordering: .relaxed),
            requests: requests.load(ordering: .relaxed),
            replies: replies.load(ordering: .relaxed),
            errors: errors.load(ordering: .relaxed),
            candidates: candidates.load(ordering: .relaxed),
            malformed: malformed.load(ordering: .relaxed),
            unsent: unsent.load(ordering: .relaxed),
            queueMicroseconds: queue.load(ordering: .relaxed),
            computeMicroseconds: compute.load(ordering: .relaxed)
        )
    }

    /// Writes new values; only the worker's thread does.
    func publish(_ snapshot: Snapshot) {
        tick.store(snapshot.lastTick, ordering: .relaxed)
        busy.store(snapshot.busyNanoseconds, ordering: .relaxed)
        depth.store(snapshot.queueDepth, ordering: .relaxed)
        backlog.store(snapshot.backlogMicroseconds, ordering: .relaxed)
        requests.store(snapshot.requests, ordering: .relaxed)
        replies.store(snapshot.replies, ordering: .relaxed)
        errors.store(snapshot.errors, ordering: .relaxed)
        candidates.store(snapshot.candidates, ordering: .relaxed)
        malformed.store(snapshot.malformed, ordering: .relaxed)
        unsent.store(snapshot.unsent, ordering: .relaxed)
        queue.store(snapshot.queueMicroseconds, ordering: .relaxed)
        compute.store(snapshot.computeMicroseconds, ordering: .relaxed)
    }
}
