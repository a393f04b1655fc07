import RankCore
import RankEngine
import RankProtocol

extension RequestHandler {
    /// Checks a SCORE request and starts its reply.
    func beginScore(
        _ job: ScoreJob,
        _ request: QueuedRequest,
        _ outline: ScoreOutline,
        _ frame: RawSpan,
        _ model: ServedModel
    ) throws(ProtocolError) {
        if outline.hasUncheckedContents {
            _ = try RequestFrame(decoding: frame, limits: state.limits).score(
                limits: state.limits,
                allowsMissingFeatures: model.info.takesMissingFeatures
            )
        }
        // The model may have changed since the arrival.
        try request.header.checkTarget(
            model: model.modelID,
            profile: model.profile,
            profileName: model.info.profileName
        )
        try checkKind(of: outline, info: model.info, id: job.id)
        try job.checkDeadline()
        job.writer.beginScoreReply(state.header(answering: job.id, model: model))
        job.isStarted = true
    }

    /// Scores up to a number of candidates, over as many queries as they are in.
    ///
    /// - Returns: Whether all queries are done.
    func scoreSlice(
        _ job: ScoreJob,
        _ frame: RawSpan,
        _ model: ServedModel,
        budget: Int
    ) throws(ProtocolError) -> Bool {
        var budget = budget
        while true {
            var queries = ScoreQueries(
                resuming: frame,
                remainingBytes: job.remainingBytes,
                parameters: job.parameters
            )
            guard let query = queries.next() else { return true }
            guard budget > 0 else { return false }
            // The frame's memory outlives the call, and with it the memory behind these pointers.
            let queryFeatures =
                if let features = job.queryFeatures {
                    features.bytes(ofQuery: Int(job.queryIndex), in: frame)
                } else {
                    RawSpan()
                }
            let view = unsafe RankQuery(query, queryFeatures: queryFeatures)
            var progress = job.query ?? reserveEntries(query, of: job)
            try unsafe scorePart(view, job, &progress, ranker: model.ranker, budget: &budget)
            guard progress.isFinished else {
                job.query = progress
                return false
            }
            unsafe finishQuery(view, progress, of: job, prior: model.info.prior)
            job.query = nil
            job.queryIndex &+= 1
            job.remainingBytes = queries.remainingBytes
        }
    }

    /// Makes room for the entries of a query.
    private func reserveEntries(_ query: borrowing ScoreQuery, of job: ScoreJob) -> QueryProgress {
        let count = query.candidateCount
        if job.parameters.repliesAreIndexed {
            job.scratch.reserve(count)
            job.best.reset(min(Int(job.parameters.topK), count))
            return QueryProgress(entries: nil, count: count)
        }
        // Every score is written where it will be sent from.
        let entries = job.writer.appendReplyQuery(entryCount: count, candidateCount: count)
        return QueryProgress(entries: entries, count: count)
    }

    /// Scores as much of a query as the budget allows, into the reply or into the scratch.
    private func scorePart(
        _ view: RankQuery,
        _ job: ScoreJob,
        _ progress: inout QueryProgress,
        ranker: any Ranker,
        budget: inout Int
    ) throws(ProtocolError) {
        guard !job.isExpired else {
            progress.isFinished = true
            return
        }
        let part = progress.scored..<min(progress.count, progress.scored + min(budget, progress.count))
        guard let entries = progress.entries else {
            try unsafe callRanker(
                view,
                part,
                job,
                &progress,
                ranker: ranker,
                scores: UnsafeMutableBufferPointer(rebasing: job.scratch.scores[part]),
                unknown: UnsafeMutableBufferPointer(rebasing: job.scratch.unknown[part])
            )
            budget -= max(part.count, 1)
            return
        }
        try unsafe writeEntries(view, part, job, &progress, ranker: ranker, into: entries, of: &job.writer)
        budget -= max(part.count, 1)
    }

    /// Scores a part of a query into its entries in the reply.
    private func writeEntries(
        _ view: RankQuery,
        _ part: Range<Int>,
        _ job: ScoreJob,
        _ progress: inout QueryProgress,
        ranker: any Ranker,
        into entries: ReplyEntries,
        of writer: inout FrameWriter
    ) throws(ProtocolError) {
        // Nothing else touches the writer during the call; a flag of 1 is the bit UNKNOWN.
        var scoreSpan = writer.scores(of: entries)
        let scores = unsafe scoreSpan.withUnsafeMutableBufferPointer { unsafe $0 }
        var flagSpan = writer.entryFlags(of: entries)
        let flags = unsafe flagSpan.withUnsafeMutableBufferPointer { unsafe $0 }
        let unknown = unsafe UnsafeMutableRawBufferPointer(flags).bindMemory(to: Bool.self)
        defer { unsafe UnsafeMutableRawBufferPointer(unknown).bindMemory(to: UInt8.self) }
        try unsafe callRanker(
            view,
            part,
            job,
            &progress,
            ranker: ranker,
            scores: UnsafeMutableBufferPointer(rebasing: scores[part]),
            unknown: UnsafeMutableBufferPointer(rebasing: unknown[part])
        )
    }

    /// Lets the ranker score a part of a query into two buffers.
    private func callRanker(
        _ view: RankQuery,
        _ part: Range<Int>,
        _ job: ScoreJob,
        _ progress: inout QueryProgress,
        ranker: any Ranker,
        scores: UnsafeMutableBufferPointer<Float>,
        unknown: UnsafeMutableBufferPointer<Bool>
    ) throws(ProtocolError) {
        let outcome: ScoreOutcome
        do throws(EngineError) {
            // Chosen after scoring, or every candidate.
            outcome =
                job.parameters.topK > 0
                ? try unsafe ranker.scoreBest(
                    view,
                    candidates: part,
                    omitsUnknown: job.parameters.unknownIDs == .omit,
                    best: job.best,
                    scores: scores,
                    unknown: unknown
                ) : try unsafe ranker.score(view, candidates: part, scores: scores, unknown: unknown)
        } catch {
            let status: Status = error.code == .invalidQuery ? .invalidArgument : .internal
            throw job.error(status, error.message, candidate: error.position)
        }
        progress.isUserKnown = outcome.isUserKnown
        progress.unknown += outcome.unknownCount
        try unsafe checkKnown(view, part, outcome, unknown: unknown, job: job)
        if !outcome.isUserKnown, job.parameters.unknownIDs == .omit {
            progress.isFinished = true
            return
        }
        progress.scored = part.upperBound
        progress.isFinished = progress.scored == progress.count
        job.scoredCount += part.count
    }

    /// Throws NOT_FOUND for an unknown id, if the request asks for that.
    private func checkKnown(
        _ query: RankQuery,
        _ part: Range<Int>,
        _ outcome: ScoreOutcome,
        unknown: UnsafeMutableBufferPointer<Bool>,
        job: ScoreJob
    ) throws(ProtocolError) {
        guard job.parameters.unknownIDs == .fail else { return }
        if !outcome.isUserKnown {
            throw job.error(.notFound, "the user \(unsafe query.userDescription) is unknown to this model")
        }
        guard outcome.unknownCount > 0, let index = unsafe unknown.firstIndex(of: true) else { return }
        let position = part.lowerBound + index
        let id = unsafe query.candidates.describe(position)
        throw job.error(.notFound, "the candidate \(id) is unknown to this model", candidate: position)
    }

    private func checkKind(of outline: ScoreOutline, info: RankerInfo, id: RequestID) throws(ProtocolError) {
        let parameters = outline.parameters
        guard (parameters.idKind == .utf8) == info.hasTextIDs else {
            throw ProtocolError(
                .invalidArgument,
                "the ids are \(parameters.idKind == .utf8 ? "UTF-8" : "u64"), "
                    + "this model's are \(info.hasTextIDs ? "UTF-8" : "u64")",
                requestID: id
            )
        }
        if let ofQuery = outline.queryFeatures?.count {
            guard
                let refusal = info.queryColumns.refusal(
                    query: ofQuery,
                    candidate: Int(parameters.featureCount),
                    width: info.featureCount
                )
            else { return }
            throw ProtocolError(.invalidArgument, refusal, requestID: id)
        }
        guard Int(parameters.featureCount) == info.featureCount else {
            throw ProtocolError(
                .invalidArgument,
                "\(parameters.featureCount) features per candidate, this model wants \(info.featureCount)",
                requestID: id
            )
        }
    }
}
