/// The nearest product of few columns to a product of many: the leading singular vectors of L · Rᵀ, which is never
/// made.
///
/// Subspace iteration from a random start, on L and R alone. Each iteration is linear in (rows of L + rows of R) ×
/// columns × rank. Source: Halko, Martinsson and Tropp 2011, "Finding structure with randomness", algorithm 4.4.
package struct LowRank: Sendable {
    /// The left factor by column and row of L; the singular values are shared equally with `right`.
    package let left: [[Double]]
    /// The right factor by column and row of R.
    package let right: [[Double]]

    private static let iterations = 6

    /// Factorises.
    ///
    /// - Parameters:
    ///   - left: L, by column; at least one.
    ///   - right: R, as many columns.
    ///   - rank: The number of columns of the result; columns beyond the rank of L · Rᵀ are 0.
    ///   - seed: Decides the start, and with it what rounding leaves to chance.
    package init(_ left: [[Double]], _ right: [[Double]], rank: Int, seed: UInt64) {
        var random = NormalRandom(seed: seed)
        // Drawn by column and not by row: rows of zeros must not change anything.
        let start = (0..<right.count * rank).map { _ in random.nextNormal() }
        var images = Columns(sum: right, by: Columns(rows: right.count, width: rank, values: start))
        var basis = images
        for _ in 0..<Self.iterations {
            images.orthonormalize()
            basis = Columns(sum: left, by: Columns(products: right, images))
            basis.orthonormalize()
            images = Columns(sum: right, by: Columns(products: left, basis))
        }
        let pairs = (0..<rank).map { column in
            let (user, item) = (basis.column(column), images.column(column))
            let root = item.reduce(0) { $0 + $1 * $1 }.squareRoot().squareRoot()
            return (user.map { $0 * root }, item.map { root > 0 ? $0 / root : 0 })
        }
        self.left = pairs.map(\.0)
        self.right = pairs.map(\.1)
    }
}

/// A dense matrix of few columns, row-major.
struct Columns {
    let rows: Int
    let width: Int
    var values: [Double]

    init(rows: Int, width: Int, values: [Double]) {
        (self.rows, self.width, self.values) = (rows, width, values)
    }

    /// Row c: the sum over e of columns[c][e] · other[e].
    init(products columns: [[Double]], _ other: Columns) {
        self.init(
            rows: columns.count,
            width: other.width,
            values: .init(repeating: 0, count: columns.count * other.width)
        )
        let width = width
        unsafe values.withUnsafeMutableBufferPointer { sums in
            unsafe other.values.withUnsafeBufferPointer { other in
                for (row, column) in columns.enumerated() {
                    let target = unsafe UnsafeMutableBufferPointer(rebasing: sums[row * width..<(row + 1) * width])
                    for (entity, value) in column.enumerated() {
                        let start = entity &* width
                        for index in 0..<width { unsafe target[index] += value * other[start &+ index] }
                    }
                }
            }
        }
    }

    /// Row e: the sum over c of columns[c][e] · other[c].
    init(sum columns: [[Double]], by other: Columns) {
        let rows = columns.first?.count ?? 0
        self.init(rows: rows, width: other.width, values: .init(repeating: 0, count: rows * other.width))
        let width = width
        unsafe values.withUnsafeMutableBufferPointer { sums in
            unsafe other.values.withUnsafeBufferPointer { other in
                for (row, column) in columns.enumerated() {
                    let source = unsafe UnsafeBufferPointer(rebasing: other[row * width..<(row + 1) * width])
                    for (entity, value) in column.enumerated() {
                        let start = entity &* width
                        for index in 0..<width { unsafe sums[start &+ index] += value * source[index] }
                    }
                }
            }
        }
    }

    func column(_ index: Int) -> [Double] {
        (0..<rows).map { values[$0 * width + index] }
    }

    /// Gram and Schmidt's method, each column twice; a column that depends on the ones before becomes 0.
    mutating func orthonormalize() {
        var columns: [[Double]] = []
        for index in 0..<width {
            var column = column(index)
            let before = Self.dot(column, column)
            for _ in 0..<2 {
                for other in columns {
                    let share = Self.dot(column, other)
                    for row in 0..<rows { column[row] -= share * other[row] }
                }
            }
            let after = Self.dot(column, column)
            let scale = after > before * 1e-24 && after > 0 ? 1 / after.squareRoot() : 0
            columns.append(column.map { $0 * scale })
        }
        for (index, column) in columns.enumerated() {
            for row in 0..<rows { values[row * width + index] = column[row] }
        }
    }

    private static func dot(_ one: [Double], _ other: [Double]) -> Double {
        var sum = 0.0
        for index in one.indices { sum += one[index] * other[index] }
        return sum
    }
}
