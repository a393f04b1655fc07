/// The stars of synthetic pairs.
struct SyntheticStars {
    /// Stars 1...5 in the order of the pairs.
    let stars: [Float]

    /// MovieLens-100k's ratings of at most 1, 2, 3 and 4 stars, of 100,000.
    private static let cumulative = [6_110, 17_480, 44_625, 78_799]
    private static let factorCount = 8

    init(_ pairs: SyntheticPairs, _ random: inout NumPyRandom) {
        // Standard deviations in stars. Together with the noise they leave a good model about 0.9 stars of error,
        // as the real set does.
        let userBias = (0..<pairs.userCount).map { _ in 0.41 * Self.normal(&random) }
        let itemBias = pairs.popularity.map { 0.45 * Self.normal(&random) + 0.3 * (0.5 - $0) }
        let userTaste = (0..<pairs.userCount * Self.factorCount).map { _ in 0.33 * Self.normal(&random) }
        let itemTaste = (0..<pairs.itemCount * Self.factorCount).map { _ in 0.33 * Self.normal(&random) }
        let liking = zip(pairs.users, pairs.items).map { user, item in
            var sum = userBias[user] + itemBias[item]
            for factor in 0..<Self.factorCount {
                sum += userTaste[user * Self.factorCount + factor] * itemTaste[item * Self.factorCount + factor]
            }
            return sum + 0.9 * Self.normal(&random)
        }
        let order = liking.indices.sorted { (liking[$0], $0) < (liking[$1], $1) }
        var stars = [Float](repeating: 0, count: liking.count)
        for (rank, row) in order.enumerated() {
            let position = rank * 100_000 / liking.count
            stars[row] = Float(1 + Self.cumulative.count { $0 <= position })
        }
        self.stars = stars
    }

    /// Nearly a standard normal draw: twelve uniform ones, which is exact arithmetic on every platform.
    private static func normal(_ random: inout NumPyRandom) -> Double {
        var sum = -6.0
        for _ in 0..<12 { sum += random.nextUnit() }
        return sum
    }
}
