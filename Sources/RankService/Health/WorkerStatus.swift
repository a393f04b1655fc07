package import RankCore
import RankEngine
import Synchronization

/// The state of a worker, for probes, logs and operators.
public struct WorkerStatus: Sendable {
    /// The phase of a worker.
    public enum Phase: Sendable, Hashable {
        /// The worker answers.
        case ready
        /// The worker is leaving.
        case draining
        /// The scoring thread has not finished a step for this many milliseconds, which is too long.
        case stalled(milliseconds: UInt64)
        /// The worker has ended.
        case ended

        /// The phase in one word.
        var name: String {
            switch self {
            case .ready: "ready"
            case .draining: "draining"
            case .stalled: "stalled"
            case .ended: "ended"
            }
        }
    }

    /// The worker's phase.
    public var phase: Phase
    /// The endpoints that the worker is bound or connected to.
    public var endpoints: [String]
    /// The model's description, as INFO shows it.
    public var facts: [(key: String, value: String)]
    /// The number of the load that scores, from 1 on.
    public var generation: UInt64
    /// Models taken over since the start, the first not counted.
    public var reloads: UInt64
    /// Loads that were refused.
    public var reloadFailures: UInt64
    /// The reason why the last load was refused; nil if it was not.
    public var lastReloadError: String?
    /// The worker's load.
    public var gauges: WorkerGauges.Snapshot
    /// The worker's counters, in the order of STATS.
    package var counts: [(counter: WorkerCounter, count: UInt64)]
    /// Whether connections are accepted; false while descriptors have run out.
    public var isAccepting: Bool
    /// The number of pauses of accepting.
    public var acceptPauses: UInt64
}

extension Worker {
    /// The worker's state now.
    ///
    /// From any thread; takes nothing from the scoring thread.
    public var status: WorkerStatus {
        let reloads = control.reloads.snapshot
        return WorkerStatus(
            phase: phase,
            endpoints: endpoints,
            facts: reloads.facts.isEmpty ? model.facts : reloads.facts,
            generation: reloads.generation,
            reloads: reloads.reloads,
            reloadFailures: reloads.failures,
            lastReloadError: reloads.lastError,
            gauges: gauges.snapshot,
            counts: counters.all,
            isAccepting: control.descriptors.isAccepting,
            acceptPauses: control.descriptors.pauses
        )
    }

    private var phase: WorkerStatus.Phase {
        if control.hasEnded.load(ordering: .acquiring) { return .ended }
        let stalled = control.stalledMilliseconds.load(ordering: .relaxed)
        if stalled > 0 { return .stalled(milliseconds: stalled) }
        return control.isStopping.load(ordering: .acquiring) ? .draining : .ready
    }
}
