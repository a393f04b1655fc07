import RankSystem
import Synchronization
import ZMQ

/// The state that the scoring thread shares with other threads: their requests, which it looks at when its wake-up was
/// rung, and its own figures.
final class WorkerControl: Sendable {
    /// The worker has been asked to end.
    let isStopping = Atomic(false)

    /// The scoring thread has ended.
    let hasEnded = Atomic(false)

    /// An estimate of the 99th percentile of the scoring thread's steps, in nanoseconds.
    let slowStep = Atomic<UInt64>(0)

    /// The time without progress of the scoring thread; 0 unless that is too long (ms).
    let stalledMilliseconds = Atomic<UInt64>(0)

    /// Ends the scoring thread's wait for a request.
    let doorbell = Doorbell()

    /// The place where another model waits for the scoring thread.
    let slot: ModelSlot

    /// The results of loads of other models.
    let reloads = ReloadStatus()

    /// Whether connections are accepted.
    let descriptors = DescriptorStatus()

    /// The worker's load, and its thread's last sign of life.
    let gauges = WorkerGauges()

    /// The worker's counters.
    let counters = WorkerCounters()

    /// Ends the scoring thread's poll.
    private let bell: WakeUp.Bell

    /// A control without requests.
    ///
    /// - Parameters:
    ///   - bell: Wakes the scoring thread when it polls.
    ///   - reloadBell: Wakes the reload thread.
    init(bell: WakeUp.Bell, reloadBell: WakeUp.Bell) {
        self.bell = bell
        slot = ModelSlot(bell: reloadBell)
    }

    /// Lets the scoring thread look at the requests of other threads, whichever wait it is in.
    ///
    /// Safe on every thread; never waits.
    func ring() {
        bell.ring()
        doorbell.ring()
    }

    /// Takes note of the length of a step; only the scoring thread calls this.
    func note(step nanoseconds: UInt64) {
        slowStep.store(Self.estimate(slowStep.load(ordering: .relaxed), after: nanoseconds), ordering: .relaxed)
    }

    /// Follows the 99th percentile: the estimate rises by a sixteenth after a longer step, and otherwise sinks by a
    /// ninety-ninth of that, which is in balance if one step of a hundred is longer.
    static func estimate(_ estimate: UInt64, after step: UInt64) -> UInt64 {
        step > estimate ? estimate + estimate / 16 + 1_000 : estimate - estimate / 1_584
    }
}
