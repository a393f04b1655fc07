import RankCore
import RankEngine
import RankProtocol

/// A request in work: its parameters, its progress, and the reply as far as it is written.
///
/// Reused for request after request; its memory grows with the longest list. Belongs to the worker's thread.
package final class ScoreJob {
    /// The reply.
    ///
    /// Unchecked: see ``Scheduler``.
    @safe @exclusivity(unchecked) var writer = FrameWriter(capacity: 1 << 12)

    /// The scores of a query whose entries are chosen after scoring.
    let scratch = ScoreScratch()

    /// The best scores of the query in work, where only the best are wanted.
    let best = BestScores()

    /// Whether the request may take several slices; set by ``JobPool``.
    var isLong = false

    /// Whether the request is bulk work; set by ``JobPool``.
    var isBulk = false

    /// The model that scores, from the first candidate to the last; nil while there is no work.
    @safe @exclusivity(unchecked) private(set) var model: ServedModel?

    /// The request's number.
    private(set) var id = RequestID(rawValue: 0)

    /// The request's parameters.
    @safe @exclusivity(unchecked) private(set) var parameters = ScoreParameters()

    /// The place of the features that the frame has once for each query; nil without.
    private(set) var queryFeatures: QueryFeatures?

    /// When the request's time is over, in nanoseconds; nil without a deadline.
    private(set) var deadline: UInt64?

    /// Whether a part is a good answer.
    private(set) var allowsPartial = false

    /// When the request arrived, in nanoseconds.
    private(set) var arrival: UInt64 = 0

    /// When the scoring started, in nanoseconds.
    private(set) var start: UInt64 = 0

    /// The candidates of all queries.
    private(set) var candidateCount = 0

    /// The time spent on the request so far, in nanoseconds.
    var computeTime: UInt64 = 0

    /// The time as last known, in nanoseconds.
    var now: UInt64 = 0

    /// The number of candidates that were scored.
    @safe @exclusivity(unchecked) package internal(set) var scoredCount = 0

    /// Whether the reply holds scores.
    @safe @exclusivity(unchecked) package internal(set) var hasScores = false

    /// Whether the reply is begun.
    @safe @exclusivity(unchecked) package internal(set) var isStarted = false

    /// The query in work.
    var queryIndex: UInt32 = 0

    /// The bytes of the frame from the query in work on.
    var remainingBytes = 0

    /// The progress of the query in work; nil before its first slice.
    @safe @exclusivity(unchecked) var query: QueryProgress?

    /// Makes room for requests.
    package init() {}

    /// Calls a function with the reply, once the job is finished.
    package func withReply<Result>(_ function: (RawSpan) throws -> Result) rethrows -> Result {
        try Self.withBytes(of: writer, function)
    }

    private static func withBytes<Result>(
        of writer: borrowing FrameWriter,
        _ function: (RawSpan) throws -> Result
    ) rethrows -> Result {
        try function(writer.bytes)
    }

    /// Takes up a request.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - arrival: When the request arrived, in nanoseconds.
    ///   - now: The time now, in nanoseconds.
    ///   - model: The model that scores it.
    package func begin(_ request: QueuedRequest, arrival: UInt64, now: UInt64, model: ServedModel) {
        self.model = model
        id = request.header.id
        deadline = request.deadline(from: arrival)
        allowsPartial = request.header.flags.contains(.allowPartial)
        if let outline = request.outline { parameters = outline.parameters }
        queryFeatures = request.outline?.queryFeatures
        candidateCount = request.outline?.candidateCount ?? 0
        remainingBytes = request.outline?.queryByteCount ?? 0
        self.arrival = arrival
        start = now
        self.now = now
        computeTime = 0
        scoredCount = 0
        hasScores = false
        isStarted = false
        queryIndex = 0
        query = nil
    }

    /// Lets the model go: the work is over.
    func end() { model = nil }

    /// Whether the time is over.
    var isExpired: Bool { deadline.map { now >= $0 } ?? false }

    /// Throws DEADLINE_EXCEEDED if the time is over and a partial answer is not allowed.
    func checkDeadline() throws(ProtocolError) {
        guard isExpired, !allowsPartial else { return }
        throw ProtocolError(
            .deadlineExceeded,
            "the deadline passed at the worker after \(scoredCount) of \(candidateCount) candidates were scored, "
                + "\((now &- arrival) / 1_000) us after the request's arrival",
            requestID: id
        )
    }

    /// An error of this request that names its query.
    func error(_ status: Status, _ message: String, candidate: Int? = nil) -> ProtocolError {
        ProtocolError(
            status,
            message,
            requestID: id,
            queryIndex: queryIndex,
            candidateIndex: candidate.map { UInt32(clamping: $0) }
        )
    }
}

/// The progress of a query between its slices.
struct QueryProgress {
    /// The entries in the reply; nil if they are chosen after scoring.
    var entries: ReplyEntries?
    /// The number of candidates of the query.
    var count: Int
    /// The candidates scored: the first ones of the list.
    var scored = 0
    /// The number of unknown ones among them.
    var unknown = 0
    /// Whether the user is known; true before the first slice.
    var isUserKnown = true
    /// Whether nothing is left to score.
    var isFinished = false
}
