import RankSystem
import Synchronization
import ZMQ

extension Worker {
    /// Watches the scoring thread on a thread of its own until the worker has ended.
    ///
    /// A thread that makes no progress is shown as stalled by ``status`` and by the admin pages until it goes on. A
    /// thread that is given up is reported once: end the process then, since a thread cannot be ended.
    ///
    /// - Parameters:
    ///   - limits: The longest times without progress.
    ///   - log: Takes a line when the thread stalls, and when it goes on.
    ///   - gaveUp: Called once on the watching thread.
    /// - Throws: `internalFailure` if there is no thread.
    public func watch(
        _ limits: WatchdogLimits = .standard,
        log: @escaping @Sendable (String) -> Void = { _ in },
        gaveUp: @escaping @Sendable () -> Void
    ) throws(ServiceError) {
        // The thread must not keep the worker alive.
        let control = control
        do throws(ThreadStartError<Never>) {
            _ = try OwnedThread<Void, Never>.start(name: "rank-watchdog") { starter in
                starter.started(())
                var watchdog = Watchdog(limits, at: MonotonicClock.nanoseconds())
                let interval = min(watchdog.interval, 250_000_000)
                while !control.hasEnded.load(ordering: .acquiring) {
                    SystemThread.sleep(nanoseconds: interval)
                    let verdict = watchdog.look(
                        tick: control.gauges.snapshot.lastTick,
                        slowStep: control.slowStep.load(ordering: .relaxed),
                        at: MonotonicClock.nanoseconds()
                    )
                    guard !control.hasEnded.load(ordering: .acquiring) else { break }
                    control.report(verdict, log: log)
                    if case .hopeless = verdict { return gaveUp() }
                }
                control.stalledMilliseconds.store(0, ordering: .relaxed)
            }
        } catch {
            switch error {
            case .noThread(let error): throw ServiceError(.internalFailure, error.message, cause: error)
            }
        }
    }
}

extension WorkerControl {
    /// Publishes the watchdog's verdict.
    fileprivate func report(_ verdict: Watchdog.Verdict, log: (String) -> Void) {
        let before = stalledMilliseconds.load(ordering: .relaxed)
        switch verdict {
        case .alive:
            stalledMilliseconds.store(0, ordering: .relaxed)
            if before > 0 { log("the scoring thread goes on") }
        case .stalled(let nanoseconds):
            stalledMilliseconds.store(nanoseconds / 1_000_000, ordering: .relaxed)
            if before == 0 { log("the scoring thread has not finished a step for \(nanoseconds / 1_000_000) ms") }
        case .hopeless(let nanoseconds):
            stalledMilliseconds.store(nanoseconds / 1_000_000, ordering: .relaxed)
            log("the scoring thread is given up after \(nanoseconds / 1_000_000) ms without progress")
        }
    }
}
