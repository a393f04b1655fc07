extension TreeRanker {
    /// The golden rows of the model's file.
    ///
    /// The first ones are lists of their own, the others one list long enough for the kernels of many rows: rows of the
    /// file come again until it is. Where the model has columns of the query, some of the rows give theirs once, alone
    /// and for a long list.
    ///
    /// - Complexity: O(rows) in time and memory.
    public var goldenQueries: [GoldenQuery] {
        let goldens = model.goldens
        let (count, alone) = (goldens.scores.count, min(goldens.scores.count / 4, Self.aloneCount))
        var queries = (0..<alone).map { query([$0], expected: 1) }
        let others = Array(alone..<count)
        let repeated = (0..<max(0, Self.listLength - others.count)).map { $0 % count }
        queries.append(query(others + repeated, expected: others.count))
        if !model.queryColumns.isEmpty {
            queries += (0..<max(alone, 1)).map { query([$0], givingOnce: $0) }
            for place in 0..<min(count, Self.onceCount) {
                let row = place * count / min(count, Self.onceCount)
                // In turn with the others, so that words have rows of both kinds.
                let rows = (0..<Self.listLength).map { $0.isMultiple(of: 2) ? row : (row + $0) % count }
                queries.append(query(rows, givingOnce: row))
            }
        }
        return queries
    }

    /// The most rows that are lists of their own.
    private static let aloneCount = 64

    /// The most long lists that give the features of the query once.
    private static let onceCount = 4

    /// The length of the long list: more than the rows that a kernel scores at a time.
    private static let listLength = 600

    /// A list of golden rows, of which the first ones are checked.
    private func query(_ rows: [Int], expected: Int) -> GoldenQuery {
        GoldenQuery(
            ids: ids(rows),
            features: rows.flatMap(features),
            expectations: (0..<expected).map { .init(position: $0, score: model.goldens.scores[rows[$0]]) }
        )
    }

    /// A list of golden rows with one row's features of the query for all: rows that have the same are checked.
    private func query(_ rows: [Int], givingOnce row: Int) -> GoldenQuery {
        let columns = model.queryColumns
        let isOfQuery = Set(columns)
        let others = (0..<model.shape.featureCount).filter { !isOfQuery.contains($0) }
        func ofQuery(_ row: Int) -> [Float] { columns.map { features(row)[features(row).startIndex + $0] } }
        let queryFeatures = ofQuery(row)
        let bits = queryFeatures.map(\.bitPattern)
        let checked = rows.indices.filter { ofQuery(rows[$0]).map(\.bitPattern) == bits }
        return GoldenQuery(
            ids: ids(rows),
            features: rows.flatMap { row in others.map { features(row)[features(row).startIndex + $0] } },
            queryFeatures: queryFeatures,
            expectations: checked.map { .init(position: $0, score: model.goldens.scores[rows[$0]]) }
        )
    }

    private func ids(_ rows: [Int]) -> GoldenQuery.IDs {
        model.hasTextIDs
            ? .texts(user: "query", candidates: rows.map { "row \($0)" })
            : .numbers(user: 0, candidates: rows.map(UInt64.init))
    }

    /// The features of a golden row.
    private func features(_ row: Int) -> ArraySlice<Float> {
        let width = model.shape.featureCount
        return model.goldens.rows[(row * width)..<((row + 1) * width)]
    }
}
