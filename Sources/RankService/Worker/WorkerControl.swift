import Synchronization
import ZMQ

/// What the scoring thread shares with others: what they want of it, at which it looks when its wake-up was rung, and
/// what it tells them.
final class WorkerControl: Sendable {
    /// The worker is to leave.
    let isStopping = Atomic(false)

    /// The scoring thread has ended.
    let hasEnded = Atomic(false)

    /// An estimate of the 99th percentile of the scoring thread's steps, in nanoseconds.
    let slowStep = Atomic<UInt64>(0)

    /// For how long the scoring thread has made no progress, where that is too long; otherwise 0.
    let stalledMilliseconds = Atomic<UInt64>(0)

    /// Ends the scoring thread's wait for a request.
    let doorbell = Doorbell()

    /// Where another model waits for it.
    let slot: ModelSlot

    /// What became of the loads of other models.
    let reloads = ReloadStatus()

    /// Whether connections are accepted.
    let descriptors = DescriptorStatus()

    /// The worker's load, and its thread's last sign of life.
    let gauges = WorkerGauges()

    /// What the worker has counted.
    let counters = WorkerCounters()

    /// Ends the scoring thread's poll.
    private let bell: WakeUp.Bell

    /// Nothing is wanted yet.
    ///
    /// - Parameters:
    ///   - bell: Wakes the scoring thread when it polls.
    ///   - reloadBell: Wakes the reload thread.
    init(bell: WakeUp.Bell, reloadBell: WakeUp.Bell) {
        self.bell = bell
        slot = ModelSlot(bell: reloadBell)
    }

    /// Lets the scoring thread look at what other threads want of it, whatever it waits in.
    ///
    /// Safe on every thread; never waits.
    func ring() {
        bell.ring()
        doorbell.ring()
    }

    /// Takes note of how long a step took; only the scoring thread does.
    func note(step nanoseconds: UInt64) {
        slowStep.store(Self.estimate(slowStep.load(ordering: .relaxed), after: nanoseconds), ordering: .relaxed)
    }

    /// Follows the 99th percentile: it rises by a sixteenth where a step is longer, and otherwise sinks by a
    /// ninety-ninth of that, which is in balance where one step of a hundred is longer.
    static func estimate(_ estimate: UInt64, after step: UInt64) -> UInt64 {
        step > estimate ? estimate + estimate / 16 + 1_000 : estimate - estimate / 1_584
    }
}
