public import RankCore
internal import RankProtocol

extension RankPool {
    /// Ranks candidates for one user, the best first.
    ///
    ///     let best = try await pool.rank(candidates, for: user, top: 10)
    ///     for entry in best { print(entry.id, entry.score) }
    ///
    /// The candidates are split over the workers where that is faster or where a worker's limits demand it; the list is
    /// the same, bit for bit, however it was split. Its order is that of ``RankCore/RankOrder``.
    ///
    /// - Parameters:
    ///   - candidates: The candidates, at most 2³² − 1; duplicates are all ranked. Numbers, or texts of 1 to 65,535
    ///     bytes of UTF-8, as the model's ids are.
    ///   - user: The user.
    ///   - features: As many floats for each candidate as the worker's ranker wants, row-major by candidate. NaN is a
    ///     missing one, which only some workers take (``WorkerInfo/takesMissing(feature:)``).
    ///   - queryFeatures: Features that every candidate has, given once; INFO tells which (`query_columns`). Candidates
    ///     then have the other ones.
    ///   - top: The number of entries wanted, at least 1; nil for all.
    ///   - options: The deadline, the policy for unknown ids and the like.
    /// - Returns: The list, scored by one model.
    /// - Throws: An error whose `code.advice` says what to do.
    public func rank<ID: CandidateID>(
        _ candidates: [ID],
        for user: ID,
        features: [Float] = [],
        queryFeatures: [Float] = [],
        top: Int? = nil,
        options: CallOptions = CallOptions()
    ) async throws(PoolError) -> RankedList<ID> {
        try await ranked(
            BatchQuery(user: user, candidates: candidates, features: features, queryFeatures: queryFeatures),
            top,
            options
        )
    }

    /// Ranks candidates for one user: the `rank` of both kinds of ids, for numbers that are written as literals.
    public func rank(
        _ candidates: [UInt64],
        for user: UInt64,
        features: [Float] = [],
        queryFeatures: [Float] = [],
        top: Int? = nil,
        options: CallOptions = CallOptions()
    ) async throws(PoolError) -> RankedList<UInt64> {
        try await ranked(
            BatchQuery(user: user, candidates: candidates, features: features, queryFeatures: queryFeatures),
            top,
            options
        )
    }

    /// Ranks many users' candidates, in as few requests as the workers' limits allow.
    ///
    /// - Parameters:
    ///   - batch: The users and their candidates.
    ///   - top: The number of entries wanted of each list, at least 1; nil for all.
    ///   - options: The deadline, the policy for unknown ids and the like.
    /// - Returns: A list for each query, all scored by one model.
    /// - Throws: An error whose `code.advice` says what to do, and whose `queryIndex` names the query that is wrong.
    public func rank<ID: CandidateID>(
        _ batch: [BatchQuery<ID>],
        top: Int? = nil,
        options: CallOptions = CallOptions()
    ) async throws(PoolError) -> [RankedList<ID>] {
        let top = try Self.checked(top, of: batch)
        guard !batch.isEmpty else { return [] }
        let outcome = try await score(batch, top: top, options: options)
        return batch.indices.map { outcome.list($0, batch[$0].candidates) }
    }

    /// Scores candidates for one user, in the order of the call.
    ///
    ///     let scores = try await pool.scores(of: candidates, for: user)
    ///     for (candidate, score) in zip(candidates, scores) { print(candidate, score) }
    ///
    /// - Parameters:
    ///   - candidates: The candidates, as `rank` takes them.
    ///   - user: The user.
    ///   - features: As many floats for each candidate as the worker's ranker wants, row-major by candidate.
    ///   - queryFeatures: Features that every candidate has, given once; INFO tells which (`query_columns`). Candidates
    ///     then have the other ones.
    ///   - options: The deadline, the policy for unknown ids and the like.
    /// - Returns: A score for each candidate, all of one model.
    /// - Throws: An error whose `code.advice` says what to do.
    public func scores<ID: CandidateID>(
        of candidates: [ID],
        for user: ID,
        features: [Float] = [],
        queryFeatures: [Float] = [],
        options: CallOptions = CallOptions()
    ) async throws(PoolError) -> ScoreList {
        try await scored(
            BatchQuery(user: user, candidates: candidates, features: features, queryFeatures: queryFeatures),
            options
        )
    }

    /// Scores candidates for one user: the `scores` of both kinds of ids, for numbers that are written as literals.
    public func scores(
        of candidates: [UInt64],
        for user: UInt64,
        features: [Float] = [],
        queryFeatures: [Float] = [],
        options: CallOptions = CallOptions()
    ) async throws(PoolError) -> ScoreList {
        try await scored(
            BatchQuery(user: user, candidates: candidates, features: features, queryFeatures: queryFeatures),
            options
        )
    }

    /// Scores many users' candidates, in as few requests as the workers' limits allow.
    ///
    /// - Parameters:
    ///   - batch: The users and their candidates.
    ///   - options: The deadline, the policy for unknown ids and the like.
    /// - Returns: The scores of each query in the order of its candidates, all of one model.
    /// - Throws: An error whose `code.advice` says what to do, and whose `queryIndex` names the query that is wrong.
    public func scores<ID: CandidateID>(
        of batch: [BatchQuery<ID>],
        options: CallOptions = CallOptions()
    ) async throws(PoolError) -> [ScoreList] {
        guard !batch.isEmpty else { return [] }
        let outcome = try await score(batch, top: 0, options: options)
        return batch.indices.map { outcome.scores($0, count: batch[$0].candidates.count) }
    }

    private func ranked<ID: CandidateID>(
        _ query: BatchQuery<ID>,
        _ top: Int?,
        _ options: CallOptions
    ) async throws(PoolError) -> RankedList<ID> {
        let outcome = try await score([query], top: try Self.checked(top, of: [query]), options: options)
        return outcome.list(0, query.candidates)
    }

    private func scored<ID: CandidateID>(
        _ query: BatchQuery<ID>,
        _ options: CallOptions
    ) async throws(PoolError) -> ScoreList {
        try await score([query], top: 0, options: options).scores(0, count: query.candidates.count)
    }

    /// The top k of a request: at least 1, as 0 stands for scores in the order of the call.
    private static func checked<ID>(_ top: Int?, of batch: [BatchQuery<ID>]) throws(PoolError) -> Int {
        if let top, top < 1 {
            throw PoolError(.invalidArgument, "top is \(top); expected 1 or more, or nil for every candidate")
        }
        return top ?? max(1, batch.reduce(0) { max($0, $1.candidates.count) })
    }

    /// Refuses a number of parts that splits nothing.
    package static func check(parts: Int?) throws(PoolError) {
        if let parts, parts < 1 {
            throw PoolError(.invalidArgument, "parts is \(parts); expected 1 or more, or nil to let the pool decide")
        }
    }

    private func score<ID: CandidateID>(
        _ batch: [BatchQuery<ID>],
        top: Int,
        options: CallOptions
    ) async throws(PoolError) -> MergedAnswer {
        try Self.check(parts: options.parts)
        let queries = batch.map { QueryIDs(user: $0.user, candidates: $0.candidates) }
        for (index, query) in queries.enumerated() { try Self.check(query, index) }
        let width = try Self.featureCount(batch.map(\.features), of: queries)
        try Self.check(queryFeatures: batch.map(\.queryFeatures))
        let work = ScoreWork(
            queries: queries,
            features: width == 0 ? [] : batch.map(\.features),
            queryFeatures: batch.map(\.queryFeatures),
            parameters: ScoreParameters(
                topK: UInt32(clamping: top),
                unknownIDs: options.unknownIDs,
                requestClass: options.requestClass,
                idKind: queries.first?.kind ?? .u64,
                featureCount: UInt32(clamping: width)
            ),
            flags: options.allowsPartial ? .allowPartial : [],
            model: options.model,
            profile: options.profile,
            requestedParts: options.parts
        )
        let outcome = try await call(
            .score(work),
            allotted: options.deadline ?? configuration.deadline,
            waitsForReady: options.waitsForReady
        )
        guard case .score(let score) = outcome else {
            throw PoolError(.internal, "a SCORE call ended with another outcome")
        }
        return score
    }

    /// The number of features for each candidate, the same for all queries.
    package static func featureCount(_ features: [[Float]], of queries: [QueryIDs]) throws(PoolError) -> Int {
        var width: Int?
        for (index, query) in queries.enumerated() {
            let (count, floats) = (query.count, features[index].count)
            let expected = width.map { "\($0) for each, as in the queries before" } ?? "as many for each candidate"
            guard count == 0 ? floats == 0 : floats.isMultiple(of: count),
                count == 0 || width ?? floats / count == floats / count
            else {
                throw PoolError(
                    .invalidArgument,
                    "\(floats) features for \(count) candidates; expected \(expected)",
                    queryIndex: queries.count > 1 ? index : nil
                )
            }
            if count > 0 { width = floats / count }
        }
        return width ?? 0
    }

    /// Refuses features of queries that no request can carry, or that differ in number.
    private static func check(queryFeatures: [[Float]]) throws(PoolError) {
        let width = queryFeatures.first?.count ?? 0
        for (index, features) in queryFeatures.enumerated() {
            guard features.count == width, width <= QueryFeatures.maximumCount else {
                throw PoolError(
                    .invalidArgument,
                    "\(features.count) features of the query; expected "
                        + (features.count == width
                            ? "at most \(QueryFeatures.maximumCount), which a request has room for"
                            : "\(width), as in the queries before"),
                    queryIndex: queryFeatures.count > 1 ? index : nil
                )
            }
        }
    }

    /// Refuses texts that no request can carry.
    private static func check(_ query: QueryIDs, _ index: Int) throws(PoolError) {
        guard case .text(let user, let candidates) = query else { return }
        let valid = 1...65_535
        guard valid.contains(user.utf8.count) else {
            throw PoolError(
                .invalidArgument,
                "a user id of \(user.utf8.count) bytes, expected 1 to 65535",
                queryIndex: index
            )
        }
        for (position, candidate) in candidates.enumerated() where !valid.contains(candidate.utf8.count) {
            throw PoolError(
                .invalidArgument,
                "a candidate id of \(candidate.utf8.count) bytes, expected 1 to 65535",
                queryIndex: index,
                candidateIndex: position
            )
        }
    }
}

extension QueryIDs {
    /// The kind of the ids on the wire.
    fileprivate var kind: IDKind {
        switch self {
        case .numbers: .u64
        case .text: .utf8
        }
    }
}

extension MergedAnswer {
    /// One query's list with the caller's ids.
    fileprivate func list<ID: CandidateID>(_ query: Int, _ candidates: [ID]) -> RankedList<ID> {
        let merged = queries[query]
        return RankedList(
            entries: merged.entries.map { $0.entry(candidates[$0.position]) },
            model: model,
            profile: profile,
            coverage: merged.coverage,
            isUserUnknown: merged.flags.contains(.unknownUser),
            isPartial: merged.flags.contains(.partial),
            parts: parts
        )
    }

    /// One query's scores, an entry for each of `count` candidates.
    fileprivate func scores(_ query: Int, count: Int) -> ScoreList {
        let merged = queries[query]
        var list = ScoreList(
            scores: [],
            model: model,
            profile: profile,
            coverage: merged.coverage,
            isUserUnknown: merged.flags.contains(.unknownUser),
            isPartial: merged.flags.contains(.partial),
            parts: parts
        )
        list.scores.reserveCapacity(count)
        for entry in merged.entries {
            list.omit(upTo: entry.position)
            if entry.flags.contains(.unknown) { list.unknownPositions.append(entry.position) }
            if entry.flags.contains(.notScored) { list.unscoredPositions.append(entry.position) }
            list.scores.append(entry.score)
        }
        list.omit(upTo: count)
        return list
    }
}

extension ScoreList {
    /// Leaves out the candidates from the end of the list to a position.
    fileprivate mutating func omit(upTo position: Int) {
        while scores.count < position {
            omittedPositions.append(scores.count)
            scores.append(.nan)
        }
    }
}
