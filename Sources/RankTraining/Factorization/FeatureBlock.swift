/// A group of features with one penalty, by columns: which entities (users or items) have each.
///
/// Within a group an entity has all its features with one value.
package struct FeatureBlock: Sendable, Equatable {
    /// Whether the features come of training ratings, so that whoever has none has none of them.
    package let isOfRatings: Bool
    /// What its coefficients cost.
    package let penalty: FactorizationOptions.Penalty
    /// The value with which each entity has its features: 1/√n for n features.
    package let scales: [Double]
    /// The entities of each feature, one feature after the other, ascending.
    package let entities: [Int32]
    private let offsets: [Int]

    /// The number of features.
    package var columnCount: Int { offsets.count - 1 }

    /// Makes a group.
    ///
    /// A feature that nobody has would never be learnt, and is left out.
    ///
    /// - Parameters:
    ///   - columns: The entities of each feature, ascending, each once and below `count`.
    ///   - count: The number of entities.
    ///   - penalty: What the coefficients cost.
    ///   - isOfRatings: Whether the features come of training ratings.
    package init(
        _ columns: [[Int32]],
        count: Int,
        penalty: FactorizationOptions.Penalty,
        isOfRatings: Bool = false
    ) {
        self.penalty = penalty
        self.isOfRatings = isOfRatings
        var offsets = [0]
        var counts = [Int](repeating: 0, count: count)
        entities = columns.flatMap(\.self)
        for column in columns where !column.isEmpty {
            offsets.append(column.count + (offsets.last ?? 0))
            for entity in column { counts[Int(entity)] += 1 }
        }
        self.offsets = offsets
        scales = counts.map { $0 > 0 ? 1 / Double($0).squareRoot() : 0 }
    }

    /// The places of a feature's entities in `entities`.
    package func entries(of column: Int) -> Range<Int> {
        offsets[column]..<offsets[column + 1]
    }

    /// One feature for each entity that has a rating: itself.
    package static func identity(of groups: RatingGroups, penalty: FactorizationOptions.Penalty) -> FeatureBlock {
        let rated = (0..<groups.entityCount).filter { !groups.isEmpty($0) }
        return FeatureBlock(
            rated.map { [Int32($0)] },
            count: groups.entityCount,
            penalty: penalty,
            isOfRatings: true
        )
    }

    /// One feature for each entity of the other side, given as `others`: having met it in a rating, however often.
    package static func history(
        of groups: RatingGroups,
        with others: RatingGroups,
        penalty: FactorizationOptions.Penalty
    ) -> FeatureBlock {
        let columns = (0..<others.entityCount).map { distinct(others.partners[others.range(of: $0)]) }
        return FeatureBlock(columns, count: groups.entityCount, penalty: penalty, isOfRatings: true)
    }

    private static func distinct(_ sorted: ArraySlice<Int32>) -> [Int32] {
        var result: [Int32] = []
        for element in sorted where result.last != element { result.append(element) }
        return result
    }
}
