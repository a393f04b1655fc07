import RankCore

/// Candidates of one user with the expected scores of some of them, to check a ranker.
public struct GoldenQuery: Sendable {
    /// Ids of one kind.
    public enum IDs: Sendable {
        /// 64-bit numbers.
        case numbers(user: UInt64, candidates: [UInt64])
        /// UTF-8 texts.
        case texts(user: String, candidates: [String])
    }

    /// An expected score.
    public struct Expectation: Sendable {
        /// The candidate's position in the list.
        public var position: Int
        /// The expected score.
        public var score: Float
        /// The largest allowed difference; 0 demands equal bits.
        public var tolerance: Float

        /// Expects a score at a position of the list.
        public init(position: Int, score: Float, tolerance: Float = 0) {
            self.position = position
            self.score = score
            self.tolerance = tolerance
        }

        /// Whether a score is as expected.
        func isMet(by found: Float) -> Bool {
            tolerance > 0 ? (found - score).magnitude <= tolerance : found.bitPattern == score.bitPattern
        }
    }

    /// The user and the candidates.
    public var ids: IDs
    /// Dense features, the ranker's number of them for each candidate, row-major by candidate; without those of the
    /// query where it has them.
    public var features: [Float]
    /// Features that every candidate has, given once; empty for none.
    ///
    /// ``RankerInfo/queryColumns`` tells which they are.
    public var queryFeatures: [Float]
    /// The expected scores.
    public var expectations: [Expectation]

    /// Makes a query.
    ///
    /// - Parameters:
    ///   - ids: The user and the candidates.
    ///   - features: The ranker's number of features for each candidate.
    ///   - queryFeatures: Those of them that are given once for all candidates, and left out of `features`.
    ///   - expectations: The expected scores, at positions of the list.
    public init(ids: IDs, features: [Float] = [], queryFeatures: [Float] = [], expectations: [Expectation]) {
        self.ids = ids
        self.features = features
        self.queryFeatures = queryFeatures
        self.expectations = expectations
    }
}

extension Ranker {
    /// No golden queries: the ranker cannot be checked.
    public var goldenQueries: [GoldenQuery] { [] }

    /// Scores the golden queries like requests, and demands equal bits, or the tolerance of each.
    ///
    /// Allocates. To be called before a ranker serves.
    ///
    /// - Returns: The number of scores that were checked.
    /// - Throws: ``EngineError/Code/selfCheckFailed`` with the first score that differs, or the ranker's error.
    public func reproduceGoldens() throws(EngineError) -> Int {
        var count = 0
        for query in goldenQueries {
            let (features, queryFeatures) = (query.features, query.queryFeatures)
            let scores =
                switch query.ids {
                case .numbers(let user, let candidates):
                    try self.scores(
                        of: candidates,
                        for: user,
                        features: features,
                        queryFeatures: queryFeatures,
                        unknownIDs: .fallback
                    )
                case .texts(let user, let candidates):
                    try self.scores(
                        of: candidates,
                        for: user,
                        features: features,
                        queryFeatures: queryFeatures,
                        unknownIDs: .fallback
                    )
                }
            for expectation in query.expectations {
                guard scores.indices.contains(expectation.position) else {
                    throw failure("a golden score has the position \(expectation.position) of \(scores.count)")
                }
                let score = scores[expectation.position]
                guard expectation.isMet(by: score) else {
                    let (user, candidate) = query.ids.described(expectation.position)
                    let wanted = expectation.score
                    let tolerated = expectation.tolerance > 0 ? " within \(expectation.tolerance)" : ""
                    let once = queryFeatures.isEmpty ? "" : ", the features of the query given once,"
                    throw failure(
                        "user \(user), candidate \(candidate)\(once) must score \(wanted)\(tolerated), not \(score)"
                    )
                }
                count += 1
            }
        }
        return count
    }

    private func failure(_ message: String) -> EngineError {
        func fact(_ key: String) -> String { info.facts.first { $0.key == key }?.value ?? "none" }
        return EngineError(
            .selfCheckFailed,
            "self-check: under plan \(fact("plan")) with kernel \(fact("kernel")), \(message); "
                + "choose another plan, kernel or plugin, and report it"
        )
    }
}

extension GoldenQuery.IDs {
    /// The user and a candidate, for messages.
    fileprivate func described(_ position: Int) -> (user: String, candidate: String) {
        switch self {
        case .numbers(let user, let candidates): ("\(user)", "\(candidates[position])")
        case .texts(let user, let candidates): (user, candidates[position])
        }
    }
}
