import RankCore

extension EmbeddingRanker {
    /// How long the lists are in which the first pairs stand: longer than a kernel's tile.
    private static let listLength = 33

    /// How many pairs stand in a list of others; a file with more is not to take longer than it must.
    private static let listedCount = 256

    /// The pairs that the model's file proves itself with, by their ids.
    ///
    /// A kernel without fused multiply-add is as close as rounding allows (bound: docs/reference/numerics.md). One of
    /// a reduced precision has to give the bits of the scalar kernel, whose scores are within the limit of the file's. Each of the first stands among other candidates, at another place each time, so that every lane of a kernel has
    /// its turn; the others stand with the pairs of their user. Takes memory and time linear in the pairs.
    public var goldenQueries: [GoldenQuery] {
        let goldens = model.goldens
        let scores = quantization?.goldenScores ?? goldens.scores
        let bound = kernel.profile != .fp32Unfused ? nil : RoundingBound(model.weights)
        func expectation(_ index: Int, at position: Int) -> GoldenQuery.Expectation {
            GoldenQuery.Expectation(
                position: position,
                score: scores[index],
                tolerance: bound?.of(userRow: goldens.userRows[index], candidateRow: goldens.candidateRows[index]) ?? 0
            )
        }
        var queries: [GoldenQuery] = []
        for index in 0..<min(Self.listedCount, goldens.scores.count) {
            let place = index % Self.listLength
            let candidates = (0..<Self.listLength).map { position in
                // Around the pair's own candidate come those of its neighbours, with the last beside the first.
                let neighbour = (index + position - place) % goldens.scores.count
                return goldens.candidateRows[neighbour < 0 ? neighbour + goldens.scores.count : neighbour]
            }
            queries.append(query(goldens.userRows[index], candidates, [expectation(index, at: place)]))
        }
        var (candidates, expected): ([UInt32], [GoldenQuery.Expectation]) = ([], [])
        let others = goldens.order.filter { $0 >= Self.listedCount }
        for (position, index) in others.enumerated() {
            expected.append(expectation(index, at: candidates.count))
            candidates.append(goldens.candidateRows[index])
            let user = goldens.userRows[index]
            if position + 1 == others.count || goldens.userRows[others[position + 1]] != user {
                queries.append(query(user, candidates, expected))
                (candidates, expected) = ([], [])
            }
        }
        return queries
    }

    private func query(
        _ user: UInt32,
        _ candidates: [UInt32],
        _ expected: [GoldenQuery.Expectation]
    ) -> GoldenQuery {
        let ids: GoldenQuery.IDs =
            if model.users.kind.isText {
                .texts(user: model.users.text(ofRow: user), candidates: candidates.map(model.candidates.text))
            } else {
                .numbers(user: model.users.number(ofRow: user), candidates: candidates.map(model.candidates.number))
            }
        return GoldenQuery(ids: ids, expectations: expected)
    }
}

extension Vocabulary {
    /// The number of a row; for row 0 one that has no row.
    fileprivate func number(ofRow row: UInt32) -> UInt64 {
        guard case .numbers(let numbers) = ids else { return UInt64(row) }
        return row > 0 ? numbers[Int(row)] : freeNumber
    }

    /// The text of a row; for row 0 the empty one, which no row has.
    fileprivate func text(ofRow row: UInt32) -> String { id(ofRow: Int(row)) ?? "" }
}
