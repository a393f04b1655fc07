import RankEngine
import RankProtocol
import RankSystem
import Synchronization
import ZMQ

/// The thread that looks for new models, loads and proves them, and hands them to the scoring thread.
///
/// The thread looks four times a second, with one `stat` for each name, which works on every file system and through
/// the symbolic links that orchestrators swap. A load reads every byte of the file and fills the plan's tables, so that
/// the scoring thread meets no page fault. At most two models are in memory: another load begins only after the model
/// before has been given back.
///
/// May be used from any thread.
final class ModelReloader: Sendable {
    /// The interval between two looks at the source (ms).
    private static let interval: Int32 = 250

    /// The requests of other threads.
    private final class Requests: Sendable {
        let stop = Atomic(false)
        let reload = Atomic(false)
        let hasEnded = Atomic(false)
    }

    /// The longest wait of ``join()`` (ms).
    private static let patience = 100

    private let requests: Requests
    private let bell: WakeUp.Bell
    private let thread: OwnedThread<Void, Never>

    /// Starts the thread.
    ///
    /// - Parameters:
    ///   - work: The work of the thread, to which it belongs from now on.
    ///   - wakeUp: The wake-up that ``reload()`` and the scoring thread ring.
    /// - Throws: `noThread`.
    init(_ work: ReloadWork, wakeUp: consuming WakeUp) throws(ThreadStartError<Never>) {
        let requests = Requests()
        self.requests = requests
        bell = wakeUp.bell
        let box = Handover(wakeUp)
        thread = try OwnedThread<Void, Never>.start(name: "rank-reload") { starter in
            starter.started(())
            defer { requests.hasEnded.store(true, ordering: .releasing) }
            guard let wakeUp = box.take() else { return }
            // Loading takes tens of milliseconds of a core, which serving threads may need.
            BackgroundPriority.enter()
            var work = work
            while true {
                wakeUp.wait(milliseconds: Self.interval)
                if requests.stop.load(ordering: .acquiring) { break }
                if requests.reload.exchange(false, ordering: .acquiringAndReleasing) { work.state.force() }
                work.run(at: MonotonicClock.nanoseconds())
            }
            _ = work.control.slot.freeRetired()
        }
    }

    /// Asks for a load of the best version, changed or not.
    ///
    /// Returns at once.
    func reload() {
        requests.reload.store(true, ordering: .releasing)
        bell.ring()
    }

    /// Asks the thread to end: no other load begins.
    ///
    /// Returns at once; repeatable.
    func stop() {
        requests.stop.store(true, ordering: .releasing)
        bell.ring()
    }

    /// Waits for the thread's end, but no longer than 0.1 s: a load under way goes on by itself, and its model is
    /// dropped.
    ///
    /// A background thread may take minutes for a load on a busy machine, longer than a worker takes to end.
    func join() {
        for _ in 0..<Self.patience where !requests.hasEnded.load(ordering: .acquiring) {
            SystemThread.sleep(nanoseconds: 1_000_000)
        }
        if requests.hasEnded.load(ordering: .acquiring) { thread.join() }
    }
}
