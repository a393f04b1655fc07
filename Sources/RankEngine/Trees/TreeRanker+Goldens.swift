extension TreeRanker {
    /// The golden rows of the model's file.
    ///
    /// The first ones are lists of their own, the others one list long enough for the kernels of many rows: rows of the
    /// file come again until it is.
    ///
    /// - Complexity: O(rows) in time and memory.
    public var goldenQueries: [GoldenQuery] {
        let goldens = model.goldens
        let (count, alone) = (goldens.scores.count, min(goldens.scores.count / 4, Self.aloneCount))
        var queries = (0..<alone).map { query([$0], expected: 1) }
        let others = Array(alone..<count)
        let repeated = (0..<max(0, Self.listLength - others.count)).map { $0 % count }
        queries.append(query(others + repeated, expected: others.count))
        return queries
    }

    /// The most rows that are lists of their own.
    private static let aloneCount = 64

    /// The length of the long list: more than the rows that a kernel scores at a time.
    private static let listLength = 600

    /// A list of golden rows, of which the first ones are checked.
    private func query(_ rows: [Int], expected: Int) -> GoldenQuery {
        let (goldens, width) = (model.goldens, model.shape.featureCount)
        let ids: GoldenQuery.IDs =
            if model.hasTextIDs {
                .texts(user: "query", candidates: rows.map { "row \($0)" })
            } else {
                .numbers(user: 0, candidates: rows.map(UInt64.init))
            }
        return GoldenQuery(
            ids: ids,
            features: rows.flatMap { goldens.rows[($0 * width)..<(($0 + 1) * width)] },
            expectations: (0..<expected).map { .init(position: $0, score: goldens.scores[rows[$0]]) }
        )
    }
}
