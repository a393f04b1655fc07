/// Two rotations after which users and items vary equally along each axis, and the items' centre.
///
/// For a user u and an item m, u·m = u·centre + (user rotation · u)·(item rotation · (m − centre)), but for
/// ``defect``. docs/reference/catalogue-search.md, "Balance".
struct BalancedFactors {
    /// The mean of items.
    let centre: [Double]
    /// The length of the centre, rounded up.
    let centreNorm: Double
    /// Transposed: its column is an axis.
    let users: SquareMatrix
    /// Transposed: its column is an axis.
    let items: SquareMatrix
    /// The largest error of a dot product, roundings of the rotations included: a share of ‖u‖·(‖m‖ + ‖centre‖).
    let defect: Double
    /// The product of the rotations' sizes: no rotated factors are longer.
    var growth: Double { users.size * items.size }

    /// The most rows of a side that the balance is computed from.
    private static let sample = 16_384
    /// More factors than these stay as they are: the rotations would take too long to compute.
    private static let mostTurned = 192
    /// Rotations of a larger defect are not used.
    private static let mostDefect = 1e-9
    /// What keeps matrices of low rank regular, as a share of their trace.
    private static let ridge = 1e-6
    /// Covers the roundings of this file's own sums.
    private static let above = 1 + 1e-9

    init(_ weights: ModelWeights) {
        let dimensions = weights.shape.candidateDimensions
        let items = Self.rows(weights.candidateEmbedding, dimensions)
        let users = Self.rows(weights.userEmbedding, dimensions)
        let mean = (0..<dimensions).map { column in
            items.reduce(0) { $0 + Double($1[column]) } / Double(max(items.count, 1))
        }
        centre = mean.map { $0.isFinite ? $0 : 0 }
        centreNorm = centre.reduce(0) { $0 + $1 * $1 }.squareRoot() * Self.above
        let zeros = [Double](repeating: 0, count: dimensions)
        if dimensions <= Self.mostTurned,
            let (forUsers, forItems) = Self.balance(Self.moments(users, zeros), Self.moments(items, centre))
        {
            let defect = Self.defect(forUsers, forItems)
            if defect <= Self.mostDefect {
                (self.users, self.items, self.defect) = (forUsers, forItems, defect)
                return
            }
        }
        self.users = .identity(dimensions)
        self.items = .identity(dimensions)
        defect = Self.defect(self.users, self.items)
    }

    /// Rows of a table, spread evenly, without that for unknown ids.
    private static func rows(_ table: SharedFloats, _ dimensions: Int) -> [[Float]] {
        let count = table.count / max(dimensions, 1) - 1
        let taken = min(count, sample)
        return (0..<max(taken, 0)).map { place in
            let start = (1 + place * count / taken) * dimensions
            return unsafe Array(table.buffer[start..<(start + dimensions)])
        }
    }

    private static func moments(_ rows: [[Float]], _ centre: [Double]) -> SquareMatrix {
        var sums = SquareMatrix(count: centre.count)
        for row in rows {
            let x = zip(row, centre).map { Double($0) - $1 }
            for a in x.indices {
                for b in 0...a { sums[a, b] += x[a] * x[b] }
            }
        }
        for a in centre.indices {
            for b in 0..<a { sums[b, a] = sums[a, b] }
        }
        return sums
    }

    /// The rotations that give both matrices of moments the same diagonal; nil where there are none.
    private static func balance(_ users: SquareMatrix, _ items: SquareMatrix) -> (SquareMatrix, SquareMatrix)? {
        guard let lower = regular(users)?.cholesky, let items = regular(items) else { return nil }
        let (values, vectors) = lower.transposed.times(items).times(lower).eigen
        let largest = values.max() ?? 0
        guard largest > 0, largest.isFinite else { return nil }
        let roots = values.map { max($0, 1e-12 * largest).squareRoot().squareRoot() }
        var forItems = lower.times(vectors)
        var forUsers = lower.solvingTransposed(vectors)
        for row in 0..<users.count {
            for column in 0..<users.count {
                forItems[row, column] /= roots[column]
                forUsers[row, column] *= roots[column]
            }
        }
        return (forUsers, forItems)
    }

    private static func regular(_ moments: SquareMatrix) -> SquareMatrix? {
        let size = moments.trace / Double(moments.count)
        guard size > 0, size.isFinite else { return nil }
        var matrix = moments
        for index in 0..<moments.count { matrix[index, index] += ridge * size }
        return matrix
    }

    /// How far the product of the rotations is from the identity, and what applying them can round.
    private static func defect(_ users: SquareMatrix, _ items: SquareMatrix) -> Double {
        var distance = users.times(items.transposed)
        for index in 0..<distance.count { distance[index, index] -= 1 }
        let unit = Double(distance.count + 4) * 0x1p-53
        let defect = (distance.size + 5 * unit / (1 - unit) * users.size * items.size) * above
        return defect.isFinite ? defect : .infinity
    }
}
