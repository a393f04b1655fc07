/// Pairs of rows and the scores that they must have, bit for bit.
struct Goldens {
    /// The tensors of a file that hold them.
    static let tensorNames = ["golden.user_rows", "golden.candidate_rows", "golden.scores"]
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

    /// Picks the pairs that every writer picks and scores them with the scalar oracle.
    init(of weights: ModelWeights) throws(EngineError) {
        let shape = weights.shape
        userRows = Self.rows(shape.userRows, step: 7919)
        candidateRows = Self.rows(shape.candidateRows, step: 104_729)
        scores = []
        scores = score(weights)
        for (index, score) in scores.enumerated() where !score.isFinite {
            throw EngineError(
                .scoreNotFinite,
                "user row \(userRows[index]) and candidate row \(candidateRows[index]) score \(score); "
                    + "the weights are too large, train with a smaller learning rate"
            )
        }
    }

    /// Demands every score; returns how many there were.
    func verify(_ weights: ModelWeights) throws(EngineError) -> Int {
        for (name, rows, limit) in [
            ("user", userRows, weights.shape.userRows), ("candidate", candidateRows, weights.shape.candidateRows),
        ] {
            for (index, row) in rows.enumerated() where Int(row) >= limit {
                throw Self.refused("pair \(index) has the \(name) row \(row), the table has \(limit)")
            }
        }
        let computed = score(weights)
        for (index, score) in computed.enumerated() where score.bitPattern != scores[index].bitPattern {
            throw Self.refused("pair \(index) must score \(scores[index]), this computer computes \(score)")
        }
        return computed.count
    }

    private func score(_ weights: ModelWeights) -> [Float] {
        let network = Network(weights, kernel: .scalar)
        var result = [Float](repeating: 0, count: userRows.count)
        for index in result.indices {
            result[index] = network.score(userRow: userRows[index], candidateRow: candidateRows[index])
        }
        return result
    }

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
