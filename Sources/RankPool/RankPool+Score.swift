import RankProtocol

extension RankPool {
    /// Ranks candidates with numbers as ids for one user.
    ///
    /// The list is split over the workers where that is faster or where a worker's limits demand it; what comes out
    /// is the same bits, however it was split.
    ///
    /// - Parameters:
    ///   - user: the user.
    ///   - candidates: the candidates, at most 2^32 − 1; duplicates are all answered.
    ///   - features: as many floats for each candidate as the worker's ranker wants, row-major by candidate; NaN is a
    ///     missing one, which only a worker takes that says so (``WorkerInfo/takesMissing(feature:)``).
    ///   - topK: the entries wanted; 0 = every candidate, in the order given.
    ///   - options: deadline, unknown ids and the like.
    /// - Returns: the list, scored by one model.
    /// - Throws: an error whose `code.advice` says what to do.
    public func rank(
        user: UInt64,
        candidates: [UInt64],
        features: [Float] = [],
        topK: Int = 0,
        options: CallOptions = CallOptions()
    ) async throws(PoolError) -> RankedList<UInt64> {
        let outcome = try await score(
            [.numbers(user: user, candidates: candidates)],
            features: [features],
            idKind: .u64,
            topK: topK,
            options: options
        )
        return outcome.list(0, candidates)
    }

    /// Ranks candidates with text as ids for one user, as the other `rank` does.
    ///
    /// Ids are 1 to 65,535 bytes of UTF-8; they are ordered by their bytes.
    public func rank(
        user: String,
        candidates: [String],
        features: [Float] = [],
        topK: Int = 0,
        options: CallOptions = CallOptions()
    ) async throws(PoolError) -> RankedList<String> {
        try Self.check(user, candidates, query: 0)
        let outcome = try await score(
            [.text(user: user, candidates: candidates)],
            features: [features],
            idKind: .utf8,
            topK: topK,
            options: options
        )
        return outcome.list(0, candidates)
    }

    /// Scores candidates in the order given: `rank` with top k = 0.
    public func score(
        user: UInt64,
        candidates: [UInt64],
        features: [Float] = [],
        options: CallOptions = CallOptions()
    ) async throws(PoolError) -> RankedList<UInt64> {
        try await rank(user: user, candidates: candidates, features: features, topK: 0, options: options)
    }

    /// Scores many users' candidates in as few requests as the workers' limits allow.
    ///
    /// - Returns: one list for each query, all scored by one model, each in the order of its candidates.
    public func score(
        _ batch: [BatchQuery<UInt64>],
        options: CallOptions = CallOptions()
    ) async throws(PoolError) -> [RankedList<UInt64>] {
        guard !batch.isEmpty else { return [] }
        let outcome = try await score(
            batch.map { .numbers(user: $0.user, candidates: $0.candidates) },
            features: batch.map(\.features),
            idKind: .u64,
            topK: 0,
            options: options
        )
        return batch.indices.map { outcome.list($0, batch[$0].candidates) }
    }

    /// Scores many users' candidates with text as ids, as the other batch does.
    public func score(
        _ batch: [BatchQuery<String>],
        options: CallOptions = CallOptions()
    ) async throws(PoolError) -> [RankedList<String>] {
        guard !batch.isEmpty else { return [] }
        for (index, query) in batch.enumerated() { try Self.check(query.user, query.candidates, query: index) }
        let outcome = try await score(
            batch.map { .text(user: $0.user, candidates: $0.candidates) },
            features: batch.map(\.features),
            idKind: .utf8,
            topK: 0,
            options: options
        )
        return batch.indices.map { outcome.list($0, batch[$0].candidates) }
    }

    private func score(
        _ queries: [QueryIDs],
        features: [[Float]],
        idKind: IDKind,
        topK: Int,
        options: CallOptions
    ) async throws(PoolError) -> MergedAnswer {
        guard topK >= 0 else {
            throw PoolError(.invalidArgument, "top k is \(topK); expected 0 for every candidate, or a count")
        }
        let width = try Self.featureCount(features, of: queries)
        let work = ScoreWork(
            queries: queries,
            features: width == 0 ? [] : features,
            parameters: ScoreParameters(
                topK: UInt32(clamping: topK),
                unknownIDs: options.unknownIDs,
                requestClass: options.requestClass,
                idKind: idKind,
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

    /// How many features there are for each candidate, the same for all queries.
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

    private static func check(_ user: String, _ candidates: [String], query: Int) throws(PoolError) {
        let valid = 1...65_535
        guard valid.contains(user.utf8.count) else {
            throw PoolError(
                .invalidArgument,
                "a user id of \(user.utf8.count) bytes, expected 1 to 65535",
                queryIndex: query
            )
        }
        for (index, candidate) in candidates.enumerated() where !valid.contains(candidate.utf8.count) {
            throw PoolError(
                .invalidArgument,
                "a candidate id of \(candidate.utf8.count) bytes, expected 1 to 65535",
                queryIndex: query,
                candidateIndex: index
            )
        }
    }
}

extension MergedAnswer {
    /// One query's list with the caller's ids.
    func list<ID>(_ query: Int, _ candidates: [ID]) -> RankedList<ID> {
        let merged = queries[query]
        return RankedList(
            entries: merged.entries.map { entry in
                RankedEntry(
                    id: candidates[entry.position],
                    position: entry.position,
                    score: entry.score,
                    isUnknown: entry.flags.contains(.unknown),
                    isScored: !entry.flags.contains(.notScored)
                )
            },
            model: model,
            profile: profile,
            coverage: merged.coverage,
            isUnknownUser: merged.flags.contains(.unknownUser),
            isPartial: merged.flags.contains(.partial),
            parts: parts
        )
    }
}
