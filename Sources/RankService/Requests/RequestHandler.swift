package import RankEngine
package import RankProtocol
import RankSystem

/// Answers requests: bytes in, bytes out, with the time as an argument.
///
/// No I/O.
///
/// ```swift
/// switch handler.examine(frame) {
/// case .order(let order):
///     handler.begin(job, order, arrival: arrival, now: now)
///     while !handler.advance(job, order, frame, budget: 1_000, now: now, clock: clock) { ... }
///     job.withReply(send)
/// case .answered: send(handler.reply)
/// ...
/// }
/// ```
///
/// Whatever the bytes are, the reply is one of docs/reference/protocol.md. Scoring goes through one ``Ranker`` in
/// slices; before each the deadline is checked, and jobs may take turns. Once warm, a SCORE request that succeeds
/// allocates nothing. Belongs to one thread.
package struct RequestHandler: ~Copyable {
    let state: WorkerState
    let positionScratch = PositionScratch()
    let topK = TopK(capacity: 1_024)
    var writer: FrameWriter
    private(set) var model: ServedModel

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
        self.state = state
        writer = FrameWriter(capacity: 1 << 16)
        state.adopt(model)
    }

    /// Scores with another model what begins from now on; jobs that have begun keep theirs.
    ///
    /// Allocates nothing.
    ///
    /// - Returns: The model before, which the handler uses no more beside those jobs.
    package mutating func adopt(_ model: ServedModel) -> ServedModel {
        let before = self.model
        self.model = model
        state.adopt(model)
        return before
    }

    /// The frame that answers what was answered at its arrival.
    package var reply: RawSpan {
        @_lifetime(borrow self)
        borrowing get { writer.bytes }
    }

    /// Looks at a frame that has arrived.
    ///
    /// O(queries); what is wrong with it is then answered in ``reply``.
    ///
    /// - Parameter frame: What a client sent.
    /// - Returns: What there is to do.
    package mutating func examine(_ frame: RawSpan) -> Arrival {
        state.counters.requests += 1
        do throws(ProtocolError) {
            let request = try RequestFrame(decoding: frame, limits: state.limits)
            try request.header.checkTarget(
                model: state.model,
                profile: state.profile,
                profileName: model.info.profile.description
            )
            if request.header.remainingMicroseconds == 0 { state.counters.expired += 1 }
            try request.header.checkDeadline()
            switch request.header.kind {
            case .score:
                return .order(
                    RequestOrder(header: request.header, outline: try request.scoreOutline(limits: state.limits))
                )
            case .cancel:
                return .cancel(request.header, target: try request.cancelledRequest())
            case .catalog:
                return .order(RequestOrder(header: request.header, listing: try request.catalog()))
            case .info, .health, .stats:
                try request.checkEmptyPayload()
                return .order(RequestOrder(header: request.header))
            }
        } catch {
            answer(error)
            return .answered
        }
    }

    /// Answers a CANCEL in ``reply``.
    package mutating func answerCancel(_ header: RequestHeader, wasWaiting: Bool) {
        writer.encodeCancelReply(state.header(answering: header.id), wasWaiting: wasWaiting)
    }

    /// Answers with an error in ``reply``.
    mutating func answer(_ error: ProtocolError, retryAfterMicroseconds: UInt32 = 0) {
        state.counters.errors += 1
        var reply = ErrorReply(answering: error)
        reply.retryAfterMicroseconds = retryAfterMicroseconds
        writer.encodeErrorReply(state.header(answering: error.requestID), error: reply)
    }

    /// Makes room for the work on requests.
    package func makeJob() -> ScoreJob {
        ScoreJob()
    }

    /// Takes up a request.
    ///
    /// - Parameters:
    ///   - job: A job that is in no other work.
    ///   - order: What is asked for.
    ///   - arrival: When it arrived, in nanoseconds. Its remaining time counts from there.
    ///   - now: The time now, in nanoseconds.
    package func begin(_ job: ScoreJob, _ order: RequestOrder, arrival: UInt64, now: UInt64) {
        job.begin(order, arrival: arrival, now: now, model: model)
    }

    /// Does a slice of the work on a request.
    ///
    /// - Parameters:
    ///   - job: The job, begun.
    ///   - order: What is asked for.
    ///   - frame: The request, the same bytes each time.
    ///   - budget: How many candidates may be scored.
    ///   - now: The time now, in nanoseconds.
    ///   - clock: The time, in nanoseconds; asked at the end.
    /// - Returns: Whether the work is finished; the answer is then the job's reply.
    package mutating func advance(
        _ job: ScoreJob,
        _ order: RequestOrder,
        _ frame: RawSpan,
        budget: Int,
        now: UInt64,
        clock: () -> UInt64
    ) -> Bool {
        do throws(ProtocolError) {
            job.now = now
            guard let model = job.model, let outline = order.outline else {
                try answerUnscored(order, job, now: now)
                return true
            }
            if !job.isStarted { try beginScore(job, order, outline, frame, model) } else { try job.checkDeadline() }
            let isFinished = try score(job, frame, model, budget: budget)
            job.computeTime &+= clock() &- now
            if isFinished { finishScore(job) }
            return isFinished
        } catch {
            if error.status == .deadlineExceeded { state.counters.expired += 1 }
            state.counters.errors += 1
            job.writer.encodeErrorReply(
                state.header(answering: error.requestID, model: job.model),
                error: ErrorReply(answering: error)
            )
            return true
        }
    }

    /// Answers what needs no scoring.
    private mutating func answerUnscored(_ order: RequestOrder, _ job: ScoreJob, now: UInt64) throws(ProtocolError) {
        let header = order.header
        switch header.kind {
        case .catalog:
            if let listing = order.listing, let model = job.model { try answerCatalog(listing, header, model, job) }
        case .info:
            job.writer.encodePairsReply(state.header(answering: header.id, kind: .info), pairs: model.infoPairs)
        case .stats:
            let pairs = state.statistics(at: now)
            job.writer.encodePairsReply(state.header(answering: header.id, kind: .stats), pairs: pairs)
        case .health, .score, .cancel:
            job.writer.encodeHealthReply(state.header(answering: header.id), isServing: !state.isRefusing)
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

    /// What STATS tells of descriptors.
    private var descriptorStatistics: [InfoPair] {
        [
            InfoPair("open_files", OpenFiles.count.map(String.init) ?? ""),
            InfoPair("open_files_limit", "\(OpenFiles.limit)"),
            InfoPair("accepting", descriptors.isAccepting ? "1" : "0"),
            InfoPair("accept_pauses", "\(descriptors.pauses)"),
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
            InfoPair("refused_deadline", "\(counters.refusedDeadline)"),
            InfoPair("refused_queue_limit", "\(counters.refusedQueueLimit)"),
            InfoPair("refused_client_share", "\(counters.refusedClientShare)"),
            InfoPair("expired", "\(counters.expired)"),
            InfoPair("cancelled", "\(counters.cancelled)"),
            InfoPair("abandoned", "\(counters.abandoned)"),
            InfoPair("cpu_us", "\(ProcessorTime.microseconds)"),
        ] + reloadStatistics + descriptorStatistics
    }
}
