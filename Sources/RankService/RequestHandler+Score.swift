import RankEngine
import RankProtocol

/// What is known of one query after its slices.
private struct QueryResult {
    /// The candidates scored: the first ones of the list.
    var scored = 0
    /// How many of them are unknown.
    var unknown = 0
    /// Whether the user is known; true until somebody looked.
    var isUserKnown = true
}

extension RequestHandler {
    /// Scores all queries and builds the reply.
    mutating func answerScore(
        _ request: borrowing ScoreRequest,
        job: ScoreJob,
        clock: () -> UInt64,
        pause: () -> Void
    ) throws(ProtocolError) {
        var job = job
        try checkKind(of: request.parameters, id: job.id)
        try job.checkDeadline()
        writer.beginScoreReply(state.header(answering: job.id))
        var queries = request.makeQueries()
        while let query = queries.next() {
            try answer(query, job: &job, clock: clock, pause: pause)
            job.queryIndex &+= 1
        }
        job.now = clock()
        finish(job)
    }

    private func checkKind(of parameters: ScoreParameters, id: RequestID) throws(ProtocolError) {
        guard (parameters.idKind == .utf8) == info.hasTextIDs else {
            throw ProtocolError(
                .invalidArgument,
                "the ids are \(parameters.idKind == .utf8 ? "UTF-8" : "u64"), "
                    + "this model's are \(info.hasTextIDs ? "UTF-8" : "u64")",
                requestID: id
            )
        }
        guard Int(parameters.featureCount) == info.featureCount else {
            throw ProtocolError(
                .invalidArgument,
                "\(parameters.featureCount) features per candidate, this model wants \(info.featureCount)",
                requestID: id
            )
        }
    }

    /// Writes the measurements, and learns from them.
    private mutating func finish(_ job: ScoreJob) {
        let queue = (job.start &- job.arrival) / 1_000
        let compute = (job.now &- job.start) / 1_000
        state.counters.queueMicroseconds &+= queue
        state.counters.computeMicroseconds &+= compute
        state.counters.candidates &+= UInt64(job.scoredCount)
        state.learn(candidates: job.scoredCount, nanoseconds: job.now &- job.start)
        writer.setTimings(
            ScoreTimings(
                queueMicroseconds: UInt32(clamping: queue),
                computeMicroseconds: UInt32(clamping: compute),
                queueDepth: UInt32(clamping: state.queueDepth)
            )
        )
        writer.setLoad(backlogMicroseconds: state.backlogMicroseconds, flags: state.flags)
        writer.finish()
    }

    /// Scores one query and appends its entries.
    private mutating func answer(
        _ query: borrowing ScoreQuery,
        job: inout ScoreJob,
        clock: () -> UInt64,
        pause: () -> Void
    ) throws(ProtocolError) {
        let count = query.candidateCount
        // The frame's memory outlives the request, and with it what these pointers point to.
        let view = unsafe RankQuery(query)
        if job.parameters.repliesAreIndexed {
            scratch.reserve(count)
            let scores = unsafe UnsafeMutableBufferPointer(rebasing: scratch.scores[0..<count])
            let unknown = unsafe UnsafeMutableBufferPointer(rebasing: scratch.unknown[0..<count])
            let result = try unsafe score(view, job: &job, scores: scores, unknown: unknown, clock: clock, pause: pause)
            unsafe appendChosen(of: view, result: result, job: job)
            return
        }
        // Every score is written where it will be sent from. The writer is not touched until all are there, so its
        // memory stays where it is; a flag of 1 is the bit UNKNOWN.
        let entries = writer.appendReplyQuery(entryCount: count, candidateCount: count)
        var scoreSpan = writer.scores(of: entries)
        let scores = unsafe scoreSpan.withUnsafeMutableBufferPointer { unsafe $0 }
        var flagSpan = writer.entryFlags(of: entries)
        let flags = unsafe flagSpan.withUnsafeMutableBufferPointer { unsafe $0 }
        let unknown = unsafe UnsafeMutableRawBufferPointer(flags).bindMemory(to: Bool.self)
        let result = try unsafe score(view, job: &job, scores: scores, unknown: unknown, clock: clock, pause: pause)
        unsafe UnsafeMutableRawBufferPointer(unknown).bindMemory(to: UInt8.self)
        for index in result.scored..<count {
            unsafe scores[index] = info.prior
            unsafe flags[index] = EntryFlags.notScored.rawValue
        }
        writer.setResult(
            of: entries,
            flags: self.flags(of: result, count: count),
            coverage: count == 0 ? 1 : Float(result.scored) / Float(count)
        )
    }

    private func flags(of result: QueryResult, count: Int) -> QueryFlags {
        var flags: QueryFlags = []
        if !result.isUserKnown { flags.insert(.unknownUser) }
        if result.scored < count { flags.insert(.partial) }
        return flags
    }

    /// Scores a query in slices until it is done or its time is over.
    private func score(
        _ query: RankQuery,
        job: inout ScoreJob,
        scores: UnsafeMutableBufferPointer<Float>,
        unknown: UnsafeMutableBufferPointer<Bool>,
        clock: () -> UInt64,
        pause: () -> Void
    ) throws(ProtocolError) -> QueryResult {
        var result = QueryResult()
        repeat {
            if job.scoredCount > 0 {
                pause()
                job.now = clock()
                try job.checkDeadline()
            }
            if job.isExpired { break }
            let part = result.scored..<min(scores.count, result.scored + state.sliceLength)
            let outcome: ScoreOutcome
            do throws(EngineError) {
                outcome = try unsafe ranker.score(
                    query,
                    candidates: part,
                    scores: UnsafeMutableBufferPointer(rebasing: scores[part]),
                    unknown: UnsafeMutableBufferPointer(rebasing: unknown[part])
                )
            } catch {
                let status: Status = error.code == .invalidQuery ? .invalidArgument : .internal
                throw job.error(status, error.message, candidate: error.position)
            }
            result.isUserKnown = outcome.isUserKnown
            result.unknown += outcome.unknownCount
            try unsafe checkKnown(query, part, outcome, unknown: unknown, job: job)
            if !outcome.isUserKnown, job.parameters.unknownIDs == .omit { break }
            result.scored = part.upperBound
            job.scoredCount += part.count
        } while result.scored < scores.count
        return result
    }

    /// Throws NOT_FOUND for an unknown id, if the request wants that.
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
        guard outcome.unknownCount > 0, let index = part.first(where: { unsafe unknown[$0] }) else { return }
        let id = unsafe query.candidates.describe(index)
        throw job.error(.notFound, "the candidate \(id) is unknown to this model", candidate: index)
    }

    /// Appends the entries of an indexed query: the best, or those that are not omitted.
    private mutating func appendChosen(of query: RankQuery, result: QueryResult, job: ScoreJob) {
        let count = unsafe query.candidateCount
        let omits = job.parameters.unknownIDs == .omit
        let isEmpty = omits && !result.isUserKnown
        let wanted = isEmpty ? 0 : omits ? count - result.unknown : count
        let limit = job.parameters.topK
        let entryCount = limit == 0 ? wanted : min(wanted, Int(limit))
        unsafe chooseScored(of: query, result: result, omits: omits, limit: entryCount, isRanked: limit > 0)
        let scored = result.scored - (omits ? result.unknown : 0)

        var flags = self.flags(of: result, count: isEmpty ? 0 : count)
        flags.insert(.indexed)
        let entries = writer.appendReplyQuery(
            entryCount: entryCount,
            candidateCount: count,
            flags: flags,
            coverage: count == 0 ? 1 : Float(isEmpty ? 0 : scored) / Float(count)
        )
        let chosen = min(scored, entryCount)
        let (scratch, prior) = (scratch, info.prior)
        var scores = writer.scores(of: entries)
        for index in 0..<entryCount {
            scores[index] = index < chosen ? unsafe scratch.scores[Int(scratch.positions[index])] : prior
        }
        var positions = writer.positions(of: entries)
        for index in 0..<entryCount {
            positions[index] =
                index < chosen
                ? unsafe scratch.positions[index] : UInt32(truncatingIfNeeded: result.scored + index - chosen)
        }
        var bits = writer.entryFlags(of: entries)
        for index in 0..<entryCount {
            if index >= chosen {
                bits[index] = EntryFlags.notScored.rawValue
            } else if unsafe scratch.unknown[Int(scratch.positions[index])] {
                bits[index] = EntryFlags.unknown.rawValue
            }
        }
    }

    /// Puts the positions of the scored entries into the scratch, in the order of the reply.
    private func chooseScored(
        of query: RankQuery,
        result: QueryResult,
        omits: Bool,
        limit: Int,
        isRanked: Bool
    ) {
        let unknown = unsafe scratch.unknown
        let positions = unsafe scratch.positions
        guard isRanked else {
            var next = 0
            for position in 0..<result.scored where next < limit {
                if unsafe omits && unknown[position] { continue }
                unsafe positions[next] = UInt32(truncatingIfNeeded: position)
                next += 1
            }
            return
        }
        _ = unsafe topK.select(
            limit,
            scores: UnsafeBufferPointer(rebasing: scratch.scores[0..<result.scored]),
            ids: query.candidates,
            excluding: omits ? UnsafeBufferPointer(rebasing: unknown[0..<result.scored]) : nil,
            into: positions
        )
    }
}
