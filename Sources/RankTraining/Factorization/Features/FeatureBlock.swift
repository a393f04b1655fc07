/// A group of features with one penalty, by columns: which entities (users or items) have each.
///
/// Within a group an entity has all its features with one value.
package struct FeatureBlock: Sendable, Equatable {
    /// Whether the features come from training ratings, so that an entity without ratings has none of them.
    package let isOfRatings: Bool
    /// The penalty of the coefficients.
    package let penalty: FactorizationOptions.Penalty
    /// The value with which each entity has its features: 1/√n for n features, or the number that a single one is.
    package let scales: [Double]
    /// The entities of each feature, one feature after the other, ascending.
    package let entities: [Int32]
    private let offsets: [Int]

    /// The number of features.
    package var columnCount: Int { offsets.count - 1 }

    /// Makes a group.
    ///
    /// Features that no entity has are left out: they would never be learnt.
    ///
    /// - Parameters:
    ///   - columns: The entities of each feature, ascending, each once and below `count`.
    ///   - count: The number of entities.
    ///   - penalty: The penalty of the coefficients.
    ///   - isOfRatings: Whether the features come from training ratings.
    package init(
        _ columns: [[Int32]],
        count: Int,
        penalty: FactorizationOptions.Penalty,
        isOfRatings: Bool = false
    ) {
        let filled = columns.filter { !$0.isEmpty }
        self.init(
            entities: filled.flatMap(\.self),
            offsets: filled.reduce(into: [0]) { $0.append($1.count + ($0.last ?? 0)) },
            count: count,
            penalty: penalty,
            isOfRatings: isOfRatings
        )
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
    ///
    /// `others` already lists the entities that met each entity of the other side, in order; the list is only copied if
    /// a pair occurs twice.
    ///
    /// - Precondition: The ratings of `others` are in the order of their partners.
    package static func history(
        of groups: RatingGroups,
        with others: RatingGroups,
        penalty: FactorizationOptions.Penalty
    ) -> FeatureBlock {
        let met = others.withoutRepetitions()
        return FeatureBlock(
            entities: met.partners,
            // An entity without ratings is no feature.
            offsets: [0] + (0..<met.entityCount).lazy.filter { !met.isEmpty($0) }.map { met.offsets[$0 + 1] },
            count: groups.entityCount,
            penalty: penalty,
            isOfRatings: true
        )
    }

    private init(
        entities: [Int32],
        offsets: [Int],
        count: Int,
        penalty: FactorizationOptions.Penalty,
        isOfRatings: Bool
    ) {
        self.entities = entities
        self.offsets = offsets
        self.penalty = penalty
        self.isOfRatings = isOfRatings
        var counts = [Int](repeating: 0, count: count)
        for entity in entities { counts[Int(entity)] += 1 }
        scales = counts.map { $0 > 0 ? 1 / Double($0).squareRoot() : 0 }
    }

    /// One feature from ratings, with a value for each entity; 0 means that the entity does not have it.
    init(values: [Double], penalty: FactorizationOptions.Penalty) {
        scales = values
        entities = values.indices.filter { values[$0] != 0 }.map { Int32($0) }
        offsets = entities.isEmpty ? [0] : [0, entities.count]
        self.penalty = penalty
        isOfRatings = true
    }
}
