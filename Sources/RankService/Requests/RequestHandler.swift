import RankCore
package import RankEngine
package import RankProtocol

/// Answers requests: bytes in, bytes out, with the time as an argument.
///
/// No I/O.
///
/// ```swift
/// switch handler.examine(frame) {
/// case .request(let request):
///     job.begin(request, arrival: arrival, now: now, model: handler.model)
///     while !handler.advance(job, request, frame, budget: 1_000, now: now, clock: clock) { ... }
///     job.withReply(send)
/// case .answered: send(handler.reply)
/// ...
/// }
/// ```
///
/// Every sequence of bytes gets a reply, one of docs/reference/protocol.md. Scoring goes through one ``Ranker`` in
/// slices; before each the deadline is checked, and jobs may take turns. Once warm, a SCORE request that succeeds
/// allocates nothing. Belongs to one thread.
package struct RequestHandler: ~Copyable {
    let state: WorkerState
    let positionScratch = PositionScratch()
    let topK = TopK(capacity: 1_024)
    var writer: FrameWriter
    /// The model that scores requests that begin from now on.
    package private(set) var model: ServedModel

    /// Makes a handler.
    ///
    /// - Parameters:
    ///   - ranker: The ranker.
    ///   - state: The state that the handler shares with the rest of the worker.
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
    ///   - model: The model.
    ///   - state: The state that the handler shares with the rest of the worker.
    package init(model: ServedModel, state: WorkerState) {
        self.model = model
        self.state = state
        writer = FrameWriter(capacity: 1 << 16)
        state.adopt(model)
    }

    /// Scores jobs that begin from now on with another model; jobs that have begun keep theirs.
    ///
    /// Allocates nothing.
    ///
    /// - Returns: The model before, which only jobs that have begun still use.
    package mutating func adopt(_ model: ServedModel) -> ServedModel {
        let before = self.model
        self.model = model
        state.adopt(model)
        return before
    }

    /// The answer to a frame that was answered at its arrival.
    package var reply: RawSpan {
        @_lifetime(borrow self)
        borrowing get { writer.bytes }
    }

    /// Looks at a frame that has arrived.
    ///
    /// A frame that is refused is answered in ``reply``.
    ///
    /// - Complexity: O(queries).
    /// - Parameter frame: The frame of a client.
    /// - Returns: The request, or that the frame was answered.
    package mutating func examine(_ frame: RawSpan) -> Arrival {
        state.counters.count(.requests)
        do throws(ProtocolError) {
            let decoded = try RequestFrame(decoding: frame, limits: state.limits)
            try decoded.header.checkTarget(
                model: state.model,
                profile: state.profile,
                profileName: model.info.profileName
            )
            if decoded.header.remainingMicroseconds == 0 { state.counters.count(.expired) }
            try decoded.header.checkDeadline()
            switch decoded.header.kind {
            case .score:
                return .request(
                    QueuedRequest(header: decoded.header, outline: try decoded.scoreOutline(limits: state.limits))
                )
            case .cancel:
                return .cancel(decoded.header, target: try decoded.cancelledRequest())
            case .catalog:
                return .request(QueuedRequest(header: decoded.header, listing: try decoded.catalog()))
            case .info, .health, .stats:
                try decoded.checkEmptyPayload()
                return .request(QueuedRequest(header: decoded.header))
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
        state.counters.count(.errors)
        var reply = ErrorReply(answering: error)
        reply.retryAfterMicroseconds = retryAfterMicroseconds
        writer.encodeErrorReply(state.header(answering: error.requestID), error: reply)
    }

    /// Does a slice of the work on a request.
    ///
    /// - Parameters:
    ///   - job: The job, begun.
    ///   - request: The request.
    ///   - frame: The request's bytes, the same each time.
    ///   - budget: How many candidates may be scored.
    ///   - now: The time now, in nanoseconds.
    ///   - clock: The time, in nanoseconds; read at the end.
    /// - Returns: Whether the work is finished; the answer is then the job's reply.
    package mutating func advance(
        _ job: ScoreJob,
        _ request: QueuedRequest,
        _ frame: RawSpan,
        budget: Int,
        now: UInt64,
        clock: () -> UInt64
    ) -> Bool {
        do throws(ProtocolError) {
            job.now = now
            guard let model = job.model, let outline = request.outline else {
                try answerUnscored(request, job, now: now)
                return true
            }
            if !job.isStarted { try beginScore(job, request, outline, frame, model) } else { try job.checkDeadline() }
            let isFinished = try scoreSlice(job, frame, model, budget: budget)
            job.computeTime &+= clock() &- now
            if isFinished { finishScore(job) }
            return isFinished
        } catch {
            if error.status == .deadlineExceeded { state.counters.count(.expired) }
            state.counters.count(.errors)
            job.writer.encodeErrorReply(
                state.header(answering: error.requestID, model: job.model),
                error: ErrorReply(answering: error)
            )
            return true
        }
    }

    /// Answers a request that needs no scoring.
    private mutating func answerUnscored(
        _ request: QueuedRequest,
        _ job: ScoreJob,
        now: UInt64
    ) throws(ProtocolError) {
        let header = request.header
        switch header.kind {
        case .catalog:
            if let listing = request.listing, let model = job.model { try answerCatalog(listing, header, model, job) }
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
