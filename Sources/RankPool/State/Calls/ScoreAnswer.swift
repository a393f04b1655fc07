package import RankCore
package import RankProtocol

/// A worker's answer for one slice.
package struct SliceAnswer: Hashable, Sendable {
    package var scores: [Float]
    /// Indices into the slice; nil if entry i is candidate i.
    package var positions: [UInt32]?
    package var flags: [EntryFlags]
    package var coverage: Float
    package var queryFlags: QueryFlags

    package init(
        scores: [Float],
        positions: [UInt32]? = nil,
        flags: [EntryFlags],
        coverage: Float = 1,
        queryFlags: QueryFlags = []
    ) {
        self.scores = scores
        self.positions = positions
        self.flags = flags
        self.coverage = coverage
        self.queryFlags = queryFlags
    }
}

/// A worker's answer for one part.
package struct ScoreAnswer: Hashable, Sendable {
    package var model: ModelID
    package var profile: NumericProfile
    package var timings: ScoreTimings
    package var slices: [SliceAnswer]

    package init(model: ModelID, profile: NumericProfile, timings: ScoreTimings = .init(), slices: [SliceAnswer]) {
        self.model = model
        self.profile = profile
        self.timings = timings
        self.slices = slices
    }

    /// Reads a reply and checks it against the question.
    ///
    /// - Throws: the worker's mistake.
    package init(
        _ frame: borrowing ReplyFrame,
        slices: [Slice],
        of work: ScoreWork
    ) throws(ProtocolError) {
        let reply = try frame.score()
        guard reply.queryCount == slices.count else {
            throw ProtocolError(.internal, "\(reply.queryCount) queries were answered, \(slices.count) were asked")
        }
        model = frame.header.model
        profile = frame.header.profile
        guard model != .unspecified, profile != .unspecified else {
            throw ProtocolError(.internal, "the reply has scores of no model or under no profile")
        }
        timings = reply.timings
        self.slices = []
        self.slices.reserveCapacity(slices.count)
        var queries = reply.makeQueries()
        for slice in slices {
            guard let query = queries.next() else { break }
            self.slices.append(try SliceAnswer(query, to: slice, of: work))
        }
        var prior: Float?
        for slice in self.slices {
            for (score, flags) in zip(slice.scores, slice.flags) where flags.contains(.notScored) {
                guard prior ?? score == score else {
                    throw ProtocolError(.internal, "candidates that were not scored have several priors")
                }
                prior = score
            }
        }
    }
}

extension SliceAnswer {
    /// The stand-in for a slice that was not scored in time, in the form of a worker's partial answer.
    init(unscored count: Int, _ parameters: ScoreParameters, prior: Float) {
        let wanted = parameters.topK == 0 ? count : min(count, Int(parameters.topK))
        self.init(
            scores: [Float](repeating: prior, count: wanted),
            positions: parameters.repliesAreIndexed ? (0..<UInt32(clamping: wanted)).map { $0 } : nil,
            flags: [EntryFlags](repeating: .notScored, count: wanted),
            coverage: count == 0 ? 1 : 0,
            queryFlags: .partial
        )
    }

    init(_ query: borrowing ScoreReplyQuery, to slice: Slice, of work: ScoreWork) throws(ProtocolError) {
        let entries = query.entryCount
        scores = []
        scores.reserveCapacity(entries)
        flags = []
        flags.reserveCapacity(entries)
        var positions: [UInt32]? = query.flags.contains(.indexed) ? [] : nil
        for index in 0..<entries {
            scores.append(query.score(at: index))
            flags.append(query.entryFlags(at: index))
            positions?.append(UInt32(truncatingIfNeeded: query.position(at: index)))
        }
        self.positions = positions
        coverage = query.coverage
        queryFlags = query.flags
        let rules = AnswerRules(
            count: slice.range.count,
            parameters: work.parameters,
            allowsPartial: work.flags.contains(.allowPartial)
        )
        try rules.checkShape(self, candidateCount: query.candidateCount)
        let start = slice.range.lowerBound
        try rules.checkOrder(self) { first, second in
            work.idPrecedes(start + first, start + second, ofQuery: slice.query)
        }
    }
}
