import RankCore
package import RankEngine
package import RankProtocol
import RankSystem

/// The state that the parts of a worker share: its model, its counters, its load.
///
/// Belongs to its thread.
package final class WorkerState {
    /// The limits of a request.
    let limits: FrameLimits

    /// The model that answers.
    private(set) var model: ModelID

    /// The profile that answers.
    private(set) var profile: NumericProfile

    /// The results of loads of other models.
    let reloads: ReloadStatus

    /// Pauses of accepting connections when descriptors run out.
    let descriptors: DescriptorStatus

    /// When the worker was made, in nanoseconds of ``MonotonicClock``.
    let startTime: UInt64

    /// The worker's counters.
    let counters: WorkerCounters

    /// The worker is leaving, and says so in each reply.
    ///
    /// Unchecked, like the rest of what changes with each request; see ``Scheduler``.
    @safe @exclusivity(unchecked) package var isDraining = false

    /// The worker refuses new requests.
    @safe @exclusivity(unchecked) package var isRefusing = false

    /// The number of requests that wait.
    @safe @exclusivity(unchecked) var queueDepth = 0

    /// The estimated cost of the requests that wait or are in work, in nanoseconds.
    @safe @exclusivity(unchecked) var backlog: UInt64 = 0

    /// Makes the state of a worker that has counted nothing.
    ///
    /// - Parameters:
    ///   - limits: The limits of a request.
    ///   - info: The ranker's description.
    ///   - startTime: The time now, in nanoseconds.
    ///   - reloads: The results of loads of other models.
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

    /// Makes the state of a worker whose counters and descriptors other threads see.
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

    /// The longest wait of a request that arrives now: the cost of everything before it (µs).
    var backlogMicroseconds: UInt32 { UInt32(clamping: backlog / 1_000) }

    /// The figures for other threads.
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
