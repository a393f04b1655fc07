package import RankCore
import RankEngine
import Synchronization

/// How a worker is: what probes, logs and people are told.
public struct WorkerStatus: Sendable {
    /// What a worker is up to.
    public enum Phase: Sendable, Hashable {
        /// It answers.
        case ready
        /// It is leaving.
        case draining
        /// Its scoring thread has not finished a step for so many milliseconds, which is too long.
        case stalled(milliseconds: UInt64)
        /// It has ended.
        case ended

        /// One word.
        var name: String {
            switch self {
            case .ready: "ready"
            case .draining: "draining"
            case .stalled: "stalled"
            case .ended: "ended"
            }
        }
    }

    /// What it is up to.
    public var phase: Phase
    /// Where it is bound and connected.
    public var endpoints: [String]
    /// What scores, as INFO shows it.
    public var facts: [(key: String, value: String)]
    /// Which load of its life scores, from 1 on.
    public var generation: UInt64
    /// Models taken over since the start, the first not counted.
    public var reloads: UInt64
    /// Loads that were refused.
    public var reloadFailures: UInt64
    /// Why the last load was refused; nil when it was not.
    public var lastReloadError: String?
    /// The worker's load.
    public var gauges: WorkerGauges.Snapshot
    /// What the worker has counted, in the order of STATS.
    package var counts: [(counter: WorkerCounter, count: UInt64)]
    /// Whether connections are accepted: not while descriptors have run out.
    public var isAccepting: Bool
    /// How many times they were not, for a while.
    public var acceptPauses: UInt64
}

extension Worker {
    /// How the worker is now.
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
