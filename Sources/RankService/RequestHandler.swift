package import RankEngine
import RankProtocol

/// Answers requests: bytes in, bytes out, with the time as an argument.
///
/// No I/O.
///
/// ```swift
/// handler.answer(frame, arrival: arrival, now: now, clock: MonotonicClock.nanoseconds, pause: {})
/// send(handler.reply)
/// ```
///
/// Whatever the bytes are, there is a reply, and it is one of docs/PROTOCOL.md. Scoring goes through one ``Ranker`` in
/// slices; between them the deadline is checked. Once warm, a SCORE request that succeeds allocates nothing.
/// Belongs to one thread.
package struct RequestHandler: ~Copyable {
    private(set) var ranker: any Ranker
    private(set) var info: RankerInfo
    let state: WorkerState
    let scratch = ScoreScratch()
    let topK = TopK(capacity: 1_024)
    var writer: FrameWriter
    private var model: ServedModel

    /// Makes a handler.
    ///
    /// - Parameters:
    ///   - ranker: What scores.
    ///   - state: What the handler shares with the rest of the worker.
    ///   - software: The name and version that INFO gives.
    package init(ranker: any Ranker, state: WorkerState, software: String) {
        self.init(
            model: ServedModel(ranker, generation: 1, software: software, limits: state.limits),
            state: state
        )
    }

    /// Makes a handler.
    ///
    /// - Parameters:
    ///   - model: What scores.
    ///   - state: What the handler shares with the rest of the worker.
    package init(model: ServedModel, state: WorkerState) {
        self.model = model
        unsafe ranker = model.ranker
        info = model.info
        self.state = state
        writer = FrameWriter(capacity: 1 << 16)
        state.adopt(model)
    }

    /// Scores with another model from the next request on.
    ///
    /// Between two requests only: a list is scored by one model. Allocates nothing.
    ///
    /// - Returns: The model before, which the handler uses no more.
    package mutating func adopt(_ model: ServedModel) -> ServedModel {
        let before = self.model
        self.model = model
        unsafe ranker = model.ranker
        info = model.info
        state.adopt(model)
        return before
    }

    /// The frame that answers the last request.
    package var reply: RawSpan {
        @_lifetime(borrow self)
        borrowing get { writer.bytes }
    }

    /// Answers a frame; the answer is then in ``reply``.
    ///
    /// - Parameters:
    ///   - frame: What a client sent.
    ///   - arrival: When it arrived, in nanoseconds. Its remaining time counts from there.
    ///   - now: The time now, in nanoseconds.
    ///   - isCancelled: Whether a CANCEL has taken it back.
    ///   - clock: The time, in nanoseconds; asked between the slices of a request and at its end.
    ///   - pause: Called between the slices of a request: the worker looks after its sockets.
    package mutating func answer(
        _ frame: RawSpan,
        arrival: UInt64,
        now: UInt64,
        isCancelled: Bool = false,
        clock: () -> UInt64,
        pause: () -> Void
    ) {
        state.counters.requests += 1
        do throws(ProtocolError) {
            let request = try RequestFrame(decoding: frame, limits: state.limits)
            let id = request.header.id
            guard !isCancelled else {
                throw ProtocolError(.cancelled, "a CANCEL took the request back", requestID: id)
            }
            try request.header.checkTarget(model: state.model, profile: state.profile)
            try request.header.checkDeadline()
            switch request.header.kind {
            case .score:
                let score = try request.score(limits: state.limits)
                let job = ScoreJob(
                    header: request.header,
                    parameters: score.parameters,
                    arrival: arrival,
                    start: now,
                    candidateCount: score.candidateCount
                )
                try answerScore(score, job: job, clock: clock, pause: pause)
            case .cancel:
                // The worker answers CANCEL when it arrives; here nothing waits that could be taken back.
                _ = try request.cancelledRequest()
                writer.encodeCancelReply(state.header(answering: id), wasWaiting: false)
            case .info:
                try request.checkEmptyPayload()
                writer.encodePairsReply(state.header(answering: id, kind: .info), pairs: model.infoPairs)
            case .health:
                try request.checkEmptyPayload()
                writer.encodeHealthReply(state.header(answering: id), isServing: true)
            case .stats:
                try request.checkEmptyPayload()
                writer.encodePairsReply(state.header(answering: id, kind: .stats), pairs: state.statistics(at: now))
            }
        } catch {
            state.counters.errors += 1
            writer.encodeErrorReply(state.header(answering: error.requestID), error: ErrorReply(answering: error))
        }
    }
}

extension WorkerState {
    /// What STATS tells of the models.
    private var reloadStatistics: [InfoPair] {
        let reloads = reloads.snapshot
        return [
            InfoPair("model_generation", "\(reloads.generation)"),
            InfoPair("reloads", "\(reloads.reloads)"),
            InfoPair("reload_failures", "\(reloads.failures)"),
            InfoPair("last_reload_error", reloads.lastError ?? ""),
        ]
    }

    /// The pairs of a STATS reply.
    func statistics(at now: UInt64) -> [InfoPair] {
        [
            InfoPair("uptime_us", "\((now &- startTime) / 1_000)"),
            InfoPair("requests", "\(counters.requests)"),
            InfoPair("replies", "\(counters.replies)"),
            InfoPair("errors", "\(counters.errors)"),
            InfoPair("candidates", "\(counters.candidates)"),
            InfoPair("malformed", "\(counters.malformed)"),
            InfoPair("unsent", "\(counters.unsent)"),
            InfoPair("queue_us", "\(counters.queueMicroseconds)"),
            InfoPair("compute_us", "\(counters.computeMicroseconds)"),
        ] + reloadStatistics
    }
}
