import RankCore
package import RankEngine
package import RankProtocol
import RankSystem

/// What the parts of a worker share: what it is, what it has counted, how loaded it is.
///
/// Belongs to its thread.
package final class WorkerState {
    /// The limits of a request.
    let limits: FrameLimits

    /// The model that answers.
    private(set) var model: ModelID

    /// The profile that answers.
    private(set) var profile: NumericProfile

    /// What became of the loads of other models.
    let reloads: ReloadStatus

    /// What becomes of connections where descriptors run out.
    let descriptors: DescriptorStatus

    /// When the worker was made, in nanoseconds of ``MonotonicClock``.
    let startTime: UInt64

    /// What happened since then.
    let counters: WorkerCounters

    /// The worker is leaving, and says so in each reply.
    ///
    /// Unchecked, like the rest of what changes with each request; see ``Scheduler``.
    @safe @exclusivity(unchecked) package var isDraining = false

    /// It takes no new work any more.
    @safe @exclusivity(unchecked) package var isRefusing = false

    /// How many requests wait.
    @safe @exclusivity(unchecked) var queueDepth = 0

    /// The estimated cost of what waits and of what is in work, in nanoseconds.
    @safe @exclusivity(unchecked) var backlog: UInt64 = 0

    /// Makes the state of a worker that has counted nothing.
    ///
    /// - Parameters:
    ///   - limits: The limits of a request.
    ///   - info: What scores.
    ///   - startTime: The time now, in nanoseconds.
    ///   - reloads: What became of the loads of other models.
    package convenience init(
        limits: FrameLimits,
        info: RankerInfo,
        startTime: UInt64,
        reloads: ReloadStatus = ReloadStatus()
    ) {
        self.init(
            limits: limits,
            info: info,
            startTime: startTime,
            counters: WorkerCounters(),
            reloads: reloads,
            descriptors: DescriptorStatus()
        )
    }

    /// The same, of a worker whose descriptors are watched.
    init(
        limits: FrameLimits,
        info: RankerInfo,
        startTime: UInt64,
        counters: WorkerCounters,
        reloads: ReloadStatus,
        descriptors: DescriptorStatus
    ) {
        self.limits = limits
        model = info.modelID
        profile = info.profile
        self.startTime = startTime
        self.counters = counters
        self.reloads = reloads
        self.descriptors = descriptors
    }

    /// Answers in the name of another model from now on.
    func adopt(_ model: ServedModel) {
        self.model = model.modelID
        profile = model.profile
    }

    /// How long a request that arrives now would wait at most, in microseconds: the cost of everything before it.
    var backlogMicroseconds: UInt32 { UInt32(clamping: backlog / 1_000) }

    /// What other threads are told.
    func snapshot(at now: UInt64, busyNanoseconds: UInt64) -> WorkerGauges.Snapshot {
        WorkerGauges.Snapshot(
            lastTick: now,
            busyNanoseconds: busyNanoseconds,
            queueDepth: UInt64(queueDepth),
            backlogMicroseconds: UInt64(backlogMicroseconds)
        )
    }

    /// The flags of a reply sent now.
    var flags: ReplyFlags {
        isRefusing ? [.draining, .notServing] : isDraining ? [.draining] : []
    }

    /// The header of a reply sent now, in the name of the model that answers or of another; the writer sets kind and
    /// status.
    func header(answering id: RequestID, kind: ReplyKind = .score, model other: ServedModel? = nil) -> ReplyHeader {
        ReplyHeader(
            id: id,
            kind: kind,
            flags: flags,
            backlogMicroseconds: backlogMicroseconds,
            model: other?.modelID ?? model,
            profile: other?.profile ?? profile
        )
    }
}
