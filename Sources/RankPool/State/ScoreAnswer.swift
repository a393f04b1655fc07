package import RankProtocol

/// What a worker answered for one slice.
package struct SliceAnswer: Hashable, Sendable {
    package var scores: [Float]
    /// Indices into the slice; nil where entry i is candidate i.
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

/// What a worker answered for one part.
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

    /// Reads a reply and holds it against what was asked.
    ///
    /// - Throws: what the worker got wrong.
    package init(
        _ frame: borrowing ReplyFrame,
        slices: [Slice],
        parameters: ScoreParameters
    ) throws(ProtocolError) {
        let reply = try frame.score()
        guard reply.queryCount == slices.count else {
            throw ProtocolError(.internal, "\(reply.queryCount) queries were answered, \(slices.count) were asked")
        }
        model = frame.header.model
        profile = frame.header.profile
        timings = reply.timings
        self.slices = []
        self.slices.reserveCapacity(slices.count)
        var queries = reply.makeQueries()
        for slice in slices {
            guard let query = queries.next() else { break }
            self.slices.append(try SliceAnswer(query, count: slice.range.count, parameters: parameters))
        }
    }
}

extension SliceAnswer {
    /// What stands for a slice that nobody scored in time: as a worker would say it.
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

    init(_ query: borrowing ScoreReplyQuery, count: Int, parameters: ScoreParameters) throws(ProtocolError) {
        let isIndexed = query.flags.contains(.indexed)
        let wanted = parameters.topK == 0 ? count : min(count, Int(parameters.topK))
        let isOmitting = parameters.unknownIDs == .omit
        guard query.candidateCount == count, isIndexed == parameters.repliesAreIndexed,
            query.entryCount == wanted || (isOmitting && query.entryCount < wanted)
        else {
            throw ProtocolError(
                .internal,
                "\(query.entryCount) entries for \(query.candidateCount) candidates\(isIndexed ? ", indexed" : ""), "
                    + "expected \(wanted) for \(count)"
            )
        }
        var seen = [Bool](repeating: false, count: isIndexed ? count : 0)
        var positions: [UInt32]? = isIndexed ? [] : nil
        scores = []
        scores.reserveCapacity(query.entryCount)
        flags = []
        flags.reserveCapacity(query.entryCount)
        for index in 0..<query.entryCount {
            scores.append(query.score(at: index))
            flags.append(query.entryFlags(at: index))
            guard isIndexed else { continue }
            let position = query.position(at: index)
            guard !seen[position] else {
                throw ProtocolError(.internal, "position \(position) was answered twice")
            }
            seen[position] = true
            positions?.append(UInt32(truncatingIfNeeded: position))
        }
        self.positions = positions
        coverage = query.coverage
        queryFlags = query.flags
    }
}
