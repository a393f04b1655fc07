package import RankData

extension FeatureBlock {
    /// One group for each column, one feature for each of its values.
    ///
    /// Columns called `age` and `year` are numbers, with intervals as features. Of a `zip_code` the first character
    /// counts; all characters but digits are one feature. Values of other columns are features themselves. An entity
    /// without a value, or with text in a column of numbers, has no feature of that column; an id without a row is
    /// skipped.
    package static func columns(
        of attributes: Attributes,
        index: RowIndex,
        penalty: FactorizationOptions.Penalty
    ) -> [FeatureBlock] {
        let rows = attributes.ids.map { index.row(of: $0) }
        return attributes.columns.map { column in
            var entities: [String: Set<Int32>] = [:]
            for (row, values) in zip(rows, column.values) where row > 0 {
                for value in values {
                    guard let category = category(of: value, in: column.name) else { continue }
                    entities[category, default: []].insert(Int32(row))
                }
            }
            let sorted = entities.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            return FeatureBlock(sorted.map { $0.value.sorted() }, count: index.rowCount, penalty: penalty)
        }
    }

    /// Whether a column is one of numbers.
    static func isNumber(_ column: String) -> Bool { edges[column] != nil }

    /// The finite number that a value of such a column is.
    static func number(_ value: String) -> Double? {
        Double(value).flatMap { $0.isFinite ? $0 : nil }
    }

    /// The lower ends of the intervals of a column of numbers.
    private static let edges = [
        "age": [18, 25, 35, 45, 50, 56],
        "year": [1940, 1950, 1960, 1970, 1980, 1985, 1990, 1993, 1994, 1995, 1996, 1997, 1998],
    ]

    private static func category(of value: String, in column: String) -> String? {
        if let edges = edges[column] { return number(value).map { interval(of: $0, edges) } }
        guard column == "zip_code" else { return value }
        return value.utf8.first.map { (48...57).contains($0) ? "\($0 - 48)" : "other" }
    }

    /// The number of edges that a number is not below.
    private static func interval(of number: Double, _ edges: [Int]) -> String {
        "\(edges.count { Double($0) <= number })"
    }
}
