import RankProtocol

/// A SCORE request in work: what was asked for, and how far it has come.
struct ScoreJob {
    /// The request's number.
    let id: RequestID

    /// What was asked for.
    let parameters: ScoreParameters

    /// When its time is over, in nanoseconds; nil if it has none.
    let deadline: UInt64?

    /// Whether a part is a good answer.
    let allowsPartial: Bool

    /// When it arrived, in nanoseconds.
    let arrival: UInt64

    /// When its scoring started, in nanoseconds.
    let start: UInt64

    /// The candidates of all its queries.
    let candidateCount: Int

    /// The time as last known, in nanoseconds.
    var now: UInt64

    /// How many candidates were scored.
    var scoredCount = 0

    /// The query in work.
    var queryIndex: UInt32 = 0

    init(
        header: RequestHeader,
        parameters: ScoreParameters,
        arrival: UInt64,
        start: UInt64,
        candidateCount: Int
    ) {
        id = header.id
        self.parameters = parameters
        deadline = header.remainingMicroseconds.map { arrival &+ UInt64($0) &* 1_000 }
        allowsPartial = header.flags.contains(.allowPartial)
        self.arrival = arrival
        self.start = start
        self.candidateCount = candidateCount
        now = start
    }

    /// Whether the time is over.
    var isExpired: Bool { deadline.map { now >= $0 } ?? false }

    /// Throws DEADLINE_EXCEEDED if the time is over and a part is no answer.
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
