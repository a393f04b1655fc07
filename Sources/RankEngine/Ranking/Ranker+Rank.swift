/// One candidate of a ranked list.
public struct RankedCandidate<ID: Sendable>: Sendable {
    /// The candidate's id, as given.
    public var id: ID
    /// The model's score.
    public var score: Float
    /// The index in the list that was given.
    public var position: Int
    /// Whether the model does not know the id and scored it with the row for unknown ids.
    public var isUnknown: Bool

    /// Makes an entry.
    public init(id: ID, score: Float, position: Int, isUnknown: Bool) {
        self.id = id
        self.score = score
        self.position = position
        self.isUnknown = isUnknown
    }
}

extension Ranker {
    /// Ranks candidates for one user in-process: the best `topK`, or all of them, best first.
    ///
    /// The order is that of a pool's answer: score descending, id ascending, position ascending. Unknown ids are
    /// scored by the row for unknown ids and flagged. Allocates; a service calls
    /// ``score(_:candidates:scores:unknown:)`` instead.
    ///
    /// - Parameters:
    ///   - user: The user.
    ///   - candidates: The candidates.
    ///   - features: As many floats for each candidate as the ranker wants, row-major by candidate.
    ///   - topK: How many are wanted; nil for all.
    /// - Returns: The best candidates, with their positions in the list.
    /// - Throws: As ``score(_:candidates:scores:unknown:)``.
    public func rank(
        user: UInt64,
        candidates: [UInt64],
        features: [Float] = [],
        topK: Int? = nil
    ) throws(EngineError) -> [RankedCandidate<UInt64>] {
        let width = try featureCount(of: features, for: candidates.count)
        let bytes = candidates.map(\.littleEndian)
        let ranked = try unsafe withResult(of: bytes) { (bytes) throws(EngineError) in
            try unsafe withResult(of: features) { (features) throws(EngineError) in
                try unsafe rank(
                    RankQuery(
                        user: .number(user),
                        candidates: .numbers(bytes),
                        features: features,
                        featureCount: width
                    ),
                    topK
                )
            }
        }
        return ranked.map { entry in
            RankedCandidate(
                id: candidates[entry.position],
                score: entry.score,
                position: entry.position,
                isUnknown: entry.isUnknown
            )
        }
    }

    /// Ranks candidates with text ids; see ``rank(user:candidates:features:topK:)-(UInt64,_,_,_)``.
    public func rank(
        user: String,
        candidates: [String],
        features: [Float] = [],
        topK: Int? = nil
    ) throws(EngineError) -> [RankedCandidate<String>] {
        let width = try featureCount(of: features, for: candidates.count)
        var text: [UInt8] = []
        var offsets: [UInt32] = [0]
        for candidate in candidates {
            text.append(contentsOf: candidate.utf8)
            guard let end = UInt32(exactly: text.count) else {
                throw EngineError(.invalidQuery, "the candidates' ids have more than 4 GiB of text; split the list")
            }
            offsets.append(end.littleEndian)
        }
        let ranked = try unsafe withResult(of: offsets) { (offsets) throws(EngineError) in
            try unsafe withResult(of: text) { (text) throws(EngineError) in
                try unsafe withResult(of: Array(user.utf8)) { (user) throws(EngineError) in
                    try unsafe withResult(of: features) { (features) throws(EngineError) in
                        try unsafe rank(
                            RankQuery(
                                user: .text(user),
                                candidates: .texts(offsets: offsets, text: text),
                                features: features,
                                featureCount: width
                            ),
                            topK
                        )
                    }
                }
            }
        }
        return ranked.map { entry in
            RankedCandidate(
                id: candidates[entry.position],
                score: entry.score,
                position: entry.position,
                isUnknown: entry.isUnknown
            )
        }
    }

    /// How many features there are for each candidate.
    private func featureCount(of features: [Float], for count: Int) throws(EngineError) -> Int {
        guard count > 0 else { return info.featureCount }
        guard features.count.isMultiple(of: count) else {
            throw EngineError(
                .invalidQuery,
                "\(features.count) features for \(count) candidates; this ranker wants \(info.featureCount) for each"
            )
        }
        return features.count / count
    }

    private func rank(_ query: RankQuery, _ topK: Int?) throws(EngineError) -> [RankedCandidate<Void>] {
        let count = unsafe query.candidateCount
        let scores = UnsafeMutableBufferPointer<Float>.allocate(capacity: count)
        let unknown = UnsafeMutableBufferPointer<Bool>.allocate(capacity: count)
        let positions = UnsafeMutableBufferPointer<UInt32>.allocate(capacity: count)
        defer {
            unsafe scores.deallocate()
            unsafe unknown.deallocate()
            unsafe positions.deallocate()
        }
        _ = try unsafe score(query, candidates: 0..<count, scores: scores, unknown: unknown)
        let selected = unsafe TopK().select(
            topK ?? count,
            scores: UnsafeBufferPointer(scores),
            ids: query.candidates,
            into: positions
        )
        return (0..<selected).map { index in
            let position = unsafe Int(positions[index])
            return unsafe RankedCandidate(
                id: (),
                score: scores[position],
                position: position,
                isUnknown: unknown[position]
            )
        }
    }
}

/// Calls `body` with an array's bytes and hands its result or its error on.
private func withResult<Element: BitwiseCopyable, Value>(
    of array: [Element],
    _ body: (UnsafeRawBufferPointer) throws(EngineError) -> Value
) throws(EngineError) -> Value {
    let result = unsafe array.withUnsafeBytes { bytes -> Result<Value, EngineError> in
        do throws(EngineError) {
            return .success(try unsafe body(bytes))
        } catch {
            return .failure(error)
        }
    }
    return try result.get()
}
