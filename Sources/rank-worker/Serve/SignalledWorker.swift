import RankService
import RankSystem
import Synchronization

/// The target of signals: the worker once it is ready; before, the process, whose load may take long or never end.
final class SignalledWorker: Sendable {
    private struct State {
        var worker: Worker?
        var isReloadWanted = false
    }

    private let state = Mutex(State())
    private let log: @Sendable (String) -> Void

    /// Watches signals from now on, which must be blocked.
    init(log: @escaping @Sendable (String) -> Void) throws {
        self.log = log
        try ServiceError.converting(
            StopSignals.watch { [self] in
                reload()
            } received: { [self] count, signal in
                stop(count, signal)
            }
        )
    }

    /// Hands signals to a worker from now on, and a request to reload that came before.
    func attach(_ worker: Worker) {
        let isReloadWanted = state.withLock {
            $0.worker = worker
            return $0.isReloadWanted
        }
        if isReloadWanted { reload() }
    }

    private func reload() {
        let worker = state.withLock {
            $0.isReloadWanted = true
            return $0.worker
        }
        if let worker, !worker.reload() { log("SIGHUP: there is no model to load again") }
    }

    private func stop(_ count: Int, _ signal: Int32) {
        guard count == 1 else { CurrentProcess.endAtOnce(128 + signal) }
        if let worker = state.withLock({ $0.worker }) { return worker.stop() }
        log("ended before it was ready")
        CurrentProcess.endAtOnce(0)
    }
}
