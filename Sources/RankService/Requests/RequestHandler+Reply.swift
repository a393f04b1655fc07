import RankCore
import RankEngine
import RankProtocol

extension RequestHandler {
    /// Writes the measurements.
    mutating func finishScore(_ job: ScoreJob) {
        let queue = (job.start &- job.arrival) / 1_000
        let compute = job.computeTime / 1_000
        state.counters.count(.queueMicroseconds, queue)
        state.counters.count(.computeMicroseconds, compute)
        state.counters.count(.candidates, UInt64(job.scoredCount))
        job.hasScores = true
        job.writer.setTimings(
            ScoreTimings(
                queueMicroseconds: UInt32(clamping: queue),
                computeMicroseconds: UInt32(clamping: compute),
                queueDepth: UInt32(clamping: state.queueDepth)
            )
        )
        job.writer.setLoad(backlogMicroseconds: state.backlogMicroseconds, flags: state.flags)
        job.writer.finish()
    }

    /// Completes the entries of a query.
    func finishQuery(_ query: RankQuery, _ progress: QueryProgress, of job: ScoreJob, prior: Float) {
        guard let entries = progress.entries else {
            unsafe writeTop(of: query, result: progress, job: job, prior: prior)
            return
        }
        if progress.scored < progress.count {
            fill(entries, from: progress.scored, prior: prior, of: &job.writer)
        }
        job.writer.setResult(
            of: entries,
            flags: flags(of: progress, count: progress.count),
            coverage: progress.count == 0 ? 1 : Float(progress.scored) / Float(progress.count)
        )
    }

    /// Puts the prior in the place of scores that are missing.
    private func fill(_ entries: ReplyEntries, from first: Int, prior: Float, of writer: inout FrameWriter) {
        var scores = writer.scores(of: entries)
        for index in first..<entries.count { scores[index] = prior }
        var flags = writer.entryFlags(of: entries)
        for index in first..<entries.count { flags[index] = EntryFlags.notScored.rawValue }
    }

    private func flags(of result: QueryProgress, count: Int) -> QueryFlags {
        var flags: QueryFlags = []
        if !result.isUserKnown { flags.insert(.unknownUser) }
        if result.scored < count { flags.insert(.partial) }
        return flags
    }

    /// Writes the entries of an indexed query: the best, or those that are not omitted.
    private func writeTop(of query: RankQuery, result: QueryProgress, job: ScoreJob, prior: Float) {
        let count = unsafe query.candidateCount
        let omits = job.parameters.unknownIDs == .omit
        let isEmpty = omits && !result.isUserKnown
        let wanted = isEmpty ? 0 : omits ? count - result.unknown : count
        let limit = job.parameters.topK
        let entryCount = limit == 0 ? wanted : min(wanted, Int(limit))
        let chosen = unsafe chooseScored(
            of: query,
            result: result,
            job: job,
            omits: omits,
            limit: entryCount,
            isRanked: limit > 0
        )
        let scored = result.scored - (omits ? result.unknown : 0)
        // Bounds leave out candidates only behind the first `entryCount`, and no ranker returns a score of −∞.
        assert(chosen == min(scored, entryCount))

        var flags = self.flags(of: result, count: isEmpty ? 0 : count)
        flags.insert(.indexed)
        let entries = job.writer.appendReplyQuery(
            entryCount: entryCount,
            candidateCount: count,
            flags: flags,
            coverage: count == 0 ? 1 : Float(isEmpty ? 0 : scored) / Float(count)
        )
        writeChosen(
            chosen,
            into: entries,
            of: &job.writer,
            result: result,
            scratch: job.scratch,
            prior: prior
        )
    }

    /// Writes the chosen entries, and behind them those that were not scored.
    private func writeChosen(
        _ chosen: Int,
        into entries: ReplyEntries,
        of writer: inout FrameWriter,
        result: QueryProgress,
        scratch: ScoreScratch,
        prior: Float
    ) {
        let chosenPositions = unsafe positionScratch.positions
        var scores = writer.scores(of: entries)
        for index in 0..<entries.count {
            scores[index] = index < chosen ? unsafe scratch.scores[Int(chosenPositions[index])] : prior
        }
        var positions = writer.positions(of: entries)
        for index in 0..<entries.count {
            positions[index] =
                index < chosen
                ? unsafe chosenPositions[index] : UInt32(truncatingIfNeeded: result.scored + index - chosen)
        }
        var bits = writer.entryFlags(of: entries)
        for index in 0..<entries.count {
            if index >= chosen {
                bits[index] = EntryFlags.notScored.rawValue
            } else if unsafe scratch.unknown[Int(chosenPositions[index])] {
                bits[index] = EntryFlags.unknown.rawValue
            }
        }
    }

    /// Puts the positions of the scored entries into the scratch, in the order of the reply.
    ///
    /// - Returns: Their number.
    private func chooseScored(
        of query: RankQuery,
        result: QueryProgress,
        job: ScoreJob,
        omits: Bool,
        limit: Int,
        isRanked: Bool
    ) -> Int {
        let unknown = unsafe job.scratch.unknown
        positionScratch.reserve(limit)
        let positions = unsafe positionScratch.positions
        guard isRanked else {
            var next = 0
            for position in 0..<result.scored where next < limit {
                if unsafe omits && unknown[position] { continue }
                unsafe positions[next] = UInt32(truncatingIfNeeded: position)
                next += 1
            }
            return next
        }
        return unsafe topK.select(
            limit,
            scores: UnsafeBufferPointer(rebasing: job.scratch.scores[0..<result.scored]),
            ids: query.candidates,
            excluding: omits ? UnsafeBufferPointer(rebasing: unknown[0..<result.scored]) : nil,
            into: positions
        )
    }
}
