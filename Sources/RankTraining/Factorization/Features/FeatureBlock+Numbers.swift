package import RankData

/// Features that are one number for each entity, with one coefficient.
///
/// A number is standardised over the entities with training ratings, and they alone have it: an entity known from test
/// rows alone changes neither mean nor deviation, and an entity without ratings gets a row that ``ColumnEffects``
/// predicts from other features.
extension FeatureBlock {
    /// The logarithm of the number of training ratings.
    package static func ratingCount(of groups: RatingGroups, penalty: FactorizationOptions.Penalty) -> FeatureBlock {
        let logarithms = (0..<groups.entityCount).map { entity in
            groups.isEmpty(entity) ? nil : NormalRandom.logarithm(Double(groups.range(of: entity).count))
        }
        return FeatureBlock(values: standardized(logarithms), penalty: penalty)
    }

    /// Each column that is a number; beside its intervals, which are among the features of
    /// ``columns(of:index:penalty:)``.
    ///
    /// An entity with several numbers has their mean; an entity with none has the mean of all, 0.
    package static func numbers(
        of attributes: Attributes,
        index: RowIndex,
        in groups: RatingGroups,
        penalty: FactorizationOptions.Penalty
    ) -> [FeatureBlock] {
        let rows = attributes.ids.map { index.row(of: $0) }
        return attributes.columns.filter { isNumber($0.name) }.map { column in
            var numbers = [Double?](repeating: nil, count: index.rowCount)
            for (row, values) in zip(rows, column.values) where row > 0 && !groups.isEmpty(row) {
                let some = values.compactMap(number)
                if !some.isEmpty { numbers[row] = some.reduce(0, +) / Double(some.count) }
            }
            return FeatureBlock(values: standardized(numbers), penalty: penalty)
        }
    }

    /// Numbers less their mean, over their deviation; 0 for none, and for all where they do not differ or are too large
    /// to be squared.
    static func standardized(_ numbers: [Double?]) -> [Double] {
        let known = numbers.compactMap(\.self)
        let none = [Double](repeating: 0, count: numbers.count)
        // Compares the numbers themselves: rounding may leave a deviation between equal ones.
        guard known.contains(where: { $0 != known[0] }) else { return none }
        let mean = known.reduce(0, +) / Double(known.count)
        let variance = known.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(known.count)
        guard variance.isNormal else { return none }
        let deviation = variance.squareRoot()
        return numbers.map { $0.map { ($0 - mean) / deviation } ?? 0 }
    }
}
