public import RankCore

extension Ranker {
    /// Ranks candidates for one user in-process, the best first.
    ///
    ///     let best = try ranker.rank(candidates, for: user, top: 10)
    ///     for entry in best { print(entry.id, entry.score) }
    ///
    /// The same list as a pool's workers give for the same model and profile, in the order of ``RankCore/RankOrder``.
    /// Allocates; a service calls ``score(_:candidates:scores:unknown:)`` instead.
    ///
    /// - Parameters:
    ///   - candidates: The candidates; duplicates are all ranked. Numbers or texts, as the model's ids are.
    ///   - user: The user.
    ///   - features: As many floats for each candidate as the ranker wants, row-major by candidate.
    ///   - queryFeatures: Features that every candidate has, given once; ``RankerInfo/queryColumns`` tells which.
    ///   - top: The number of entries wanted, at least 1; nil for all.
    ///   - unknownIDs: What to do with ids that the model has never seen.
    /// - Returns: The best candidates, with their positions in the call.
    /// - Throws: ``EngineError/Code/unknownID`` for an unknown id where `unknownIDs` is `fail`; otherwise as
    ///   ``score(_:candidates:scores:unknown:)``.
    public func rank<ID: CandidateID>(
        _ candidates: [ID],
        for user: ID,
        features: [Float] = [],
        queryFeatures: [Float] = [],
        top: Int? = nil,
        unknownIDs: UnknownIDPolicy = .fail
    ) throws(EngineError) -> RankedList<ID> {
        try ranked(candidates, for: user, (features, queryFeatures), top, unknownIDs)
    }

    /// Ranks candidates for one user: the `rank` of both kinds of ids, for numbers that are written as literals.
    public func rank(
        _ candidates: [UInt64],
        for user: UInt64,
        features: [Float] = [],
        queryFeatures: [Float] = [],
        top: Int? = nil,
        unknownIDs: UnknownIDPolicy = .fail
    ) throws(EngineError) -> RankedList<UInt64> {
        try ranked(candidates, for: user, (features, queryFeatures), top, unknownIDs)
    }

    /// Scores candidates for one user in-process, in the order of the call.
    ///
    /// - Parameters:
    ///   - candidates: The candidates; duplicates are all scored. Numbers or texts, as the model's ids are.
    ///   - user: The user.
    ///   - features: As many floats for each candidate as the ranker wants, row-major by candidate.
    ///   - queryFeatures: Features that every candidate has, given once; ``RankerInfo/queryColumns`` tells which.
    ///   - unknownIDs: What to do with ids that the model has never seen.
    /// - Returns: A score for each candidate.
    /// - Throws: As `rank`.
    public func scores<ID: CandidateID>(
        of candidates: [ID],
        for user: ID,
        features: [Float] = [],
        queryFeatures: [Float] = [],
        unknownIDs: UnknownIDPolicy = .fail
    ) throws(EngineError) -> ScoreList {
        let bytes = try QueryBytes(QueryIDs(user: user, candidates: candidates))
        return try scored(candidates, for: user, (features, queryFeatures), unknownIDs, bytes)
    }

    /// Scores candidates for one user: the `scores` of both kinds of ids, for numbers that are written as literals.
    public func scores(
        of candidates: [UInt64],
        for user: UInt64,
        features: [Float] = [],
        queryFeatures: [Float] = [],
        unknownIDs: UnknownIDPolicy = .fail
    ) throws(EngineError) -> ScoreList {
        let bytes = try QueryBytes(.numbers(user: user, candidates: candidates))
        return try scored(candidates, for: user, (features, queryFeatures), unknownIDs, bytes)
    }

    private func ranked<ID: CandidateID>(
        _ candidates: [ID],
        for user: ID,
        _ features: (candidates: [Float], query: [Float]),
        _ top: Int?,
        _ unknownIDs: UnknownIDPolicy
    ) throws(EngineError) -> RankedList<ID> {
        if let top, top < 1 {
            throw EngineError(.invalidQuery, "top is \(top); expected 1 or more, or nil for every candidate")
        }
        let bytes = try QueryBytes(QueryIDs(user: user, candidates: candidates))
        let scores = try scored(candidates, for: user, features, unknownIDs, bytes, top: top)
        let kept = candidates.count - scores.omittedPositions.count
        let positions = try scores.best(min(top ?? kept, kept), of: bytes)
        var isUnknown = [Bool](repeating: false, count: candidates.count)
        for position in scores.unknownPositions { isUnknown[position] = true }
        return RankedList(
            entries: positions.map { position in
                RankedEntry(
                    id: candidates[Int(position)],
                    position: Int(position),
                    score: scores[Int(position)],
                    isUnknown: isUnknown[Int(position)]
                )
            },
            model: scores.model,
            profile: scores.profile,
            coverage: scores.coverage,
            isUserUnknown: scores.isUserUnknown
        )
    }

    private func scored<ID: CandidateID>(
        _ candidates: [ID],
        for user: ID,
        _ features: (candidates: [Float], query: [Float]),
        _ unknownIDs: UnknownIDPolicy,
        _ bytes: QueryBytes,
        top: Int? = nil
    ) throws(EngineError) -> ScoreList {
        let count = candidates.count
        let width = try featureCount(of: features, for: count)
        let buffers = ScoreBuffers(count)
        let outcome = try unsafe bytes.withQuery(
            features: features.candidates,
            featureCount: width,
            queryFeatures: features.query
        ) { (query) throws(EngineError) in
            guard let top else {
                return try unsafe score(query, candidates: 0..<count, scores: buffers.scores, unknown: buffers.unknown)
            }
            let best = BestScores()
            best.reset(min(top, count))
            return try unsafe scoreBest(
                query,
                candidates: 0..<count,
                omitsUnknown: unknownIDs == .omit,
                best: best,
                scores: buffers.scores,
                unknown: buffers.unknown
            )
        }
        var list = ScoreList(
            scores: unsafe Array(buffers.scores),
            unknownPositions: unsafe outcome.unknownCount == 0
                ? [] : buffers.unknown.indices.filter { unsafe buffers.unknown[$0] },
            model: info.modelID,
            profile: info.profile,
            isUserUnknown: !outcome.isUserKnown
        )
        switch unknownIDs {
        case .fallback: break
        case .fail:
            if list.isUserUnknown { throw EngineError(.unknownID, "the user \(user) is unknown to this model") }
            if let position = list.unknownPositions.first {
                let message = "the candidate \(candidates[position]) is unknown to this model"
                throw EngineError(.unknownID, message, position: position)
            }
        case .omit:
            list.omittedPositions = list.isUserUnknown ? Array(0..<count) : list.unknownPositions
            list.unknownPositions = []
            for position in list.omittedPositions { list.scores[position] = .nan }
            list.coverage = count == 0 ? 1 : Float(count - list.omittedPositions.count) / Float(count)
        }
        return list
    }

    /// The number of features for each candidate.
    private func featureCount(
        of features: (candidates: [Float], query: [Float]),
        for count: Int
    ) throws(EngineError) -> Int {
        guard count > 0 else { return max(0, info.featureCount - features.query.count) }
        let features = features.candidates
        guard features.count.isMultiple(of: count) else {
            throw EngineError(
                .invalidQuery,
                "\(features.count) features for \(count) candidates; this ranker wants \(info.featureCount) for each"
            )
        }
        return features.count / count
    }
}

/// Room for the results of a call of ``Ranker/score(_:candidates:scores:unknown:)``.
@safe private final class ScoreBuffers {
    let scores: UnsafeMutableBufferPointer<Float>
    let unknown: UnsafeMutableBufferPointer<Bool>

    init(_ count: Int) {
        unsafe scores = .allocate(capacity: count)
        unsafe unknown = .allocate(capacity: count)
    }

    deinit {
        unsafe scores.deallocate()
        unsafe unknown.deallocate()
    }
}

extension ScoreList {
    /// The positions of the best `k` candidates that were not left out, the best first.
    fileprivate func best(_ k: Int, of bytes: QueryBytes) throws(EngineError) -> [UInt32] {
        var isOmitted = [Bool](repeating: false, count: omittedPositions.isEmpty ? 0 : count)
        for position in omittedPositions { isOmitted[position] = true }
        return try unsafe bytes.withQuery(features: [], featureCount: 0) { query in
            unsafe [UInt32](unsafeUninitializedCapacity: k) { positions, size in
                size = unsafe scores.withUnsafeBufferPointer { scores in
                    unsafe isOmitted.withUnsafeBufferPointer { isOmitted in
                        unsafe TopK().select(
                            k,
                            scores: scores,
                            ids: query.candidates,
                            excluding: isOmitted.isEmpty ? nil : isOmitted,
                            into: positions
                        )
                    }
                }
            }
        }
    }
}
