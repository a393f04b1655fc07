import RankCore

extension EmbeddingRanker {
    /// The length of the lists around the first pairs: longer than a kernel's tile.
    private static let listLength = 33

    /// The number of pairs with a list of other candidates around them, which bounds the time for files of many pairs.
    private static let listedCount = 256

    /// The golden pairs of the model's file, by their ids.
    ///
    /// A kernel without fused multiply-add has to come as close as rounding allows: docs/reference/numerics.md has the
    /// bound. A kernel of a reduced precision has to give the bits of the scalar kernel, whose scores are within the
    /// limit of the file's. Each of the first pairs is in a list of other candidates, at another position each time,
    /// which tests every lane of a kernel; the others are in one list for each user.
    ///
    /// - Complexity: O(pairs) in time and memory.
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
                // Around the pair's candidate are those of the next pairs, cyclically.
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
    /// The number of a row; for row 0 a number without a row.
    fileprivate func number(ofRow row: UInt32) -> UInt64 {
        guard case .numbers(let numbers) = ids else { return UInt64(row) }
        return row > 0 ? numbers[Int(row)] : freeNumber
    }

    /// The text of a row; for row 0 the empty text, which no row has.
    fileprivate func text(ofRow row: UInt32) -> String { id(ofRow: Int(row)) ?? "" }
}
