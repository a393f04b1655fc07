internal import CRankKernels

/// Pairs of rows and their scores, which a model must reproduce bit for bit.
struct Goldens: Sendable {
    /// The tensors of a file with golden pairs.
    static let tensorNames = ["golden.user_rows", "golden.candidate_rows", "golden.scores"]
    /// The tensor of the scores of a model's source.
    static let sourceScoresName = "golden.source_scores"
    /// The most pairs that a file may have.
    static let maximumCount = 65_536
    /// Pairs that a writer picks.
    static let writtenCount = 256

    var userRows: [UInt32]
    var candidateRows: [UInt32]
    var scores: [Float]

    /// Reads the goldens of a file.
    init(_ file: Safetensors) throws(EngineError) {
        for name in Self.tensorNames where file.tensor(name)?.shape.count != 1 {
            throw Self.refused("tensor \(name) is missing or does not have one dimension")
        }
        userRows = try file.values(Self.tensorNames[0], .uint32)
        candidateRows = try file.values(Self.tensorNames[1], .uint32)
        scores = try file.values(Self.tensorNames[2], .float32)
        guard userRows.count == scores.count, candidateRows.count == scores.count,
            (1...Self.maximumCount).contains(scores.count)
        else { throw Self.refused("there must be 1 to \(Self.maximumCount) of them, as many rows as scores") }
    }

    /// Picks the pairs of ``picked(_:)`` and scores them with the scalar oracle.
    init(of weights: ModelWeights) throws(EngineError) {
        let (users, candidates) = Self.picked(weights.shape)
        try self.init(of: weights, userRows: users, candidateRows: candidates)
    }

    /// Scores pairs, whose rows must all exist, with the scalar oracle.
    init(of weights: ModelWeights, userRows: [UInt32], candidateRows: [UInt32]) throws(EngineError) {
        self.userRows = userRows
        self.candidateRows = candidateRows
        var computed = [Float](repeating: 0, count: userRows.count)
        scores = []
        score(weights) { index, score in
            computed[index] = score
            return true
        }
        scores = computed
        for (index, score) in scores.enumerated() where !score.isFinite {
            throw EngineError(
                .scoreNotFinite,
                "user row \(userRows[index]) and candidate row \(candidateRows[index]) score \(score); "
                    + "the weights are too large, train with a smaller learning rate"
            )
        }
    }

    /// The pairs that every writer picks for tables of a shape.
    static func picked(_ shape: ModelShape) -> (users: [UInt32], candidates: [UInt32]) {
        (rows(shape.userRows, step: 7919), rows(shape.candidateRows, step: 104_729))
    }

    /// Returns the goldens once the scalar oracle has reproduced every score.
    ///
    /// Stops at the first score that differs.
    func verified(_ weights: ModelWeights) throws(EngineError) -> Goldens {
        for (name, rows, limit) in [
            ("user", userRows, weights.shape.userRows), ("candidate", candidateRows, weights.shape.candidateRows),
        ] {
            for (index, row) in rows.enumerated() where Int(row) >= limit {
                throw Self.refused("pair \(index) has the \(name) row \(row), the table has \(limit)")
            }
        }
        var wrong: (index: Int, score: Float)?
        score(weights) { index, score in
            if score.bitPattern != scores[index].bitPattern { wrong = (index, score) }
            return wrong == nil
        }
        if let wrong {
            throw Self.refused(
                "pair \(wrong.index) must score \(scores[wrong.index]), this computer computes \(wrong.score)"
            )
        }
        return self
    }

    /// Compares the scores with those of the model's source.
    ///
    /// - Parameters:
    ///   - file: The file with both.
    ///   - comparison: The comparison that the file claims.
    /// - Throws: ``EngineError/Code/modelRefused``, naming the first pair with a larger difference.
    func compare(with file: Safetensors, _ comparison: ModelProof.Comparison) throws(EngineError) {
        let name = Self.sourceScoresName
        guard file.tensor(name)?.shape == [scores.count] else {
            throw Self.refused("tensor \(name) is missing or not one number for each of the \(scores.count) pairs")
        }
        let others: [Float] = try file.values(name, .float32)
        for (index, other) in others.enumerated() {
            guard other.isFinite else { throw Self.refused("element \(index) of tensor \(name) is \(other)") }
            guard (Double(scores[index]) - Double(other)).magnitude <= comparison.maximumDifference else {
                throw Self.refused(
                    "pair \(index), of user row \(userRows[index]) and candidate row \(candidateRows[index]), scores "
                        + "\(scores[index]), and its source (\(comparison.source)) gave \(other): further apart than "
                        + "the file's proof.max_difference, \(comparison.maximumDifference); convert the model anew"
                )
            }
        }
    }

    /// Scores every pair with the scalar oracle; the user's half of the first layer is computed once for each user.
    ///
    /// - Parameters:
    ///   - weights: The weights to score with.
    ///   - take: Takes the index of a pair and its score; false stops the scoring.
    private func score(_ weights: ModelWeights, take: (Int, Float) -> Bool) {
        let network = Network(weights, kernel: .scalar)
        let half = ScoringScratch()
        half.reserve(network.tableStride)
        var halfRow: UInt32?
        for index in order {
            let user = userRows[index]
            if let base = unsafe half.floats.baseAddress, halfRow != user {
                unsafe network.halfRows(RANK_HALF_USER, from: user, count: 1, into: base)
                halfRow = user
            }
            var (row, score) = (candidateRows[index], Float(0))
            unsafe network.run(
                user,
                userHalf: half.floats.baseAddress.map { unsafe UnsafePointer($0) },
                table: nil,
                rows: &row,
                count: 1,
                scores: &score
            )
            guard take(index, score) else { return }
        }
    }

    /// The pairs' indices, grouped by user.
    var order: [Int] { userRows.indices.sorted { (userRows[$0], $0) < (userRows[$1], $1) } }

    private static func rows(_ rowCount: Int, step: Int) -> [UInt32] {
        var rows: [UInt32] = []
        for index in 0..<(writtenCount - 1) {
            rows.append(rowCount > 1 ? UInt32(truncatingIfNeeded: 1 + (index * step) % (rowCount - 1)) : 0)
        }
        return rows + [0]
    }

    private static func refused(_ message: String) -> EngineError {
        EngineError(.modelRefused, "golden scores: \(message)")
    }
}
