/// The weighted mean of the predictions of several machines with the same sides.
///
/// The mixture is again mean + biases + products of columns, but of as many columns as all machines have together:
/// users × columns and items × columns numbers in memory. The columns are centred over the entities with ratings, and
/// the means go to biases and constant term, so that a product of few columns spends none on them. Entities without
/// ratings have 0 in every column, so that those known from test rows alone do not change the product.
package struct FactorMixture: Sendable {
    /// The constant term.
    package private(set) var mean = 0.0
    /// One value for each user.
    package private(set) var userBiases: [Double]
    /// One value for each item.
    package private(set) var itemBiases: [Double]
    /// The values by column and user.
    package private(set) var userColumns: [[Double]] = []
    /// The values by column and item.
    package private(set) var itemColumns: [[Double]] = []
    private let ratedUsers: [Int]
    private let ratedItems: [Int]

    /// A mixture of nothing, for machines of these sides.
    package init(users: RatingGroups, items: RatingGroups) {
        userBiases = [Double](repeating: 0, count: users.entityCount)
        itemBiases = [Double](repeating: 0, count: items.entityCount)
        ratedUsers = (0..<users.entityCount).filter { !users.isEmpty($0) }
        ratedItems = (0..<items.entityCount).filter { !items.isEmpty($0) }
    }

    /// The state: all sums, in one list.
    package var state: [Double] {
        [mean] + userBiases + itemBiases + userColumns.flatMap { $0 } + itemColumns.flatMap { $0 }
    }

    /// Takes over the state of a mixture of the same sides.
    ///
    /// - Returns: Whether the list can be one of `columns` columns; else nothing has changed.
    package mutating func restore(_ state: [Double], columns: Int) -> Bool {
        let (users, items) = (userBiases.count, itemBiases.count)
        guard columns >= 0, state.count == 1 + (users + items) * (columns + 1) else { return false }
        var rest = state[...]
        func next(_ count: Int) -> [Double] {
            defer { rest = rest.dropFirst(count) }
            return Array(rest.prefix(count))
        }
        mean = rest.removeFirst()
        (userBiases, itemBiases) = (next(users), next(items))
        userColumns = (0..<columns).map { _ in next(users) }
        itemColumns = (0..<columns).map { _ in next(items) }
        return true
    }

    /// Adds a machine's predictions, `weight` times.
    package mutating func add(_ machine: FactorizationMachine, weight: Double) {
        mean += weight * machine.mean
        add(weight, machine.users.values[0], to: &userBiases)
        add(weight, machine.items.values[0], to: &itemBiases)
        for factor in 1..<machine.users.values.count {
            let (users, userMean) = Self.centered(machine.users.values[factor], over: ratedUsers)
            let (items, itemMean) = Self.centered(machine.items.values[factor], over: ratedItems)
            mean += weight * userMean * itemMean
            add(weight * itemMean, users, to: &userBiases)
            add(weight * userMean, items, to: &itemBiases)
            userColumns.append(users.map { weight * $0 })
            itemColumns.append(items)
        }
    }

    /// The prediction, in stars, of a pair that has ratings.
    package func predict(user: Int, item: Int) -> Double {
        var sum = mean + userBiases[user] + itemBiases[item]
        for column in userColumns.indices { sum += userColumns[column][user] * itemColumns[column][item] }
        return sum
    }

    private func add(_ weight: Double, _ values: [Double], to sums: inout [Double]) {
        for index in sums.indices { sums[index] += weight * values[index] }
    }

    private static func centered(_ values: [Double], over rated: [Int]) -> ([Double], mean: Double) {
        let mean = rated.reduce(0) { $0 + values[$1] } / Double(max(rated.count, 1))
        var centered = [Double](repeating: 0, count: values.count)
        for entity in rated { centered[entity] = values[entity] - mean }
        return (centered, mean)
    }
}
