import Synchronization
import ZMQ

/// What the scoring thread shares with others: what they want of it, at which it looks when its wake-up was rung, and
/// what it tells them.
final class WorkerControl: Sendable {
    /// The worker is to leave.
    let isStopping = Atomic(false)

    /// Where another model waits for it.
    let slot: ModelSlot

    /// What became of the loads of other models.
    let reloads = ReloadStatus()

    /// How it does.
    let gauges = WorkerGauges()

    /// Nothing is wanted yet.
    ///
    /// - Parameter reloadBell: Wakes the reload thread, where there is one.
    init(reloadBell: WakeUp.Bell?) {
        slot = ModelSlot(bell: reloadBell)
    }
}
