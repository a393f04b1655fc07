/// A proven upper bound of max ‖Mν‖ over the cube [−1, 1]ⁿ, from the products of M's columns.
///
/// If diag(t) − MᵀM is positive semidefinite, then ‖Mν‖² ≤ Σ t·ν² ≤ Σ t. Coordinate ascent finds t: unit vectors, each
/// turned in its turn towards the sum of the others, weighted by the products. A Cholesky factorisation proves it.
/// docs/reference/certified-top-k.md, "The norm over the cube".
package enum CubeNorm {
    /// Enough for a rank of n: no local maximum is worse than the best.
    private static let dimensions = 12
    private static let sweeps = 60
    /// What t is raised by, as a share of Σ t: far more than the roundings of products and factorisation.
    private static let slack = 1e-10

    /// The bound.
    ///
    /// - Parameters:
    ///   - gram: The products of columns, [count][count], symmetric.
    ///   - count: The number of columns.
    /// - Returns: A number no less than the maximum, 0 where all columns are 0.
    package static func bound(gram: [Double], count: Int) -> Double {
        let found = ascended(gram, count)
        for growth in [1, 1 + 1e-7, 1 + 1e-5, 1.001, 1.05] {
            let t = found.map { $0 * growth }
            let sum = t.reduce(0, +)
            guard sum > 0, sum.isFinite else { break }
            let raised = t.map { $0 + slack * sum }
            if isProved(raised, gram, count) { return (raised.reduce(0, +) * (1 + slack)).squareRoot() }
        }
        // A diagonal of row sums dominates the matrix, whatever the search found.
        let dominating = gram.reduce(0) { $0 + $1.magnitude }
        return (dominating * (1 + 1e-9)).squareRoot()
    }

    /// Numbers t whose diagonal should dominate the matrix.
    private static func ascended(_ gram: [Double], _ count: Int) -> [Double] {
        var vectors = (0..<count).map(direction)
        var t = [Double](repeating: 0, count: count)
        for _ in 0..<sweeps {
            for row in 0..<count {
                var sum = [Double](repeating: 0, count: dimensions)
                for other in 0..<count where other != row {
                    let product = gram[row * count + other]
                    for dimension in 0..<dimensions { sum[dimension] += product * vectors[other][dimension] }
                }
                let length = sum.reduce(0) { $0 + $1 * $1 }.squareRoot()
                t[row] = gram[row * count + row] + length
                // Nothing turns a column of zeros.
                if length > 0 { vectors[row] = sum.map { $0 / length } }
            }
        }
        return t
    }

    /// A vector to start from: the same in every run, and another for each row.
    private static func direction(_ row: Int) -> [Double] {
        var vector: [Double] = []
        for dimension in 0..<dimensions {
            let number = ((row + 1) * 7_919 + dimension * 104_729) % 1_009
            vector.append(Double(number) / 1_009 - 0.5)
        }
        let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return length > 0 ? vector.map { $0 / length } : vector
    }

    /// Whether diag(t) − gram has a Cholesky factorisation, and Σ t is a bound of the square.
    package static func isProved(_ t: [Double], _ gram: [Double], _ count: Int) -> Bool {
        var factor = [Double](repeating: 0, count: count * count)
        for row in 0..<count {
            for column in 0...row {
                var rest = (row == column ? t[row] : 0) - gram[row * count + column]
                for other in 0..<column { rest -= factor[row * count + other] * factor[column * count + other] }
                if row == column {
                    guard rest > 0 else { return false }
                    factor[row * count + row] = rest.squareRoot()
                } else {
                    factor[row * count + column] = rest / factor[column * count + column]
                }
            }
        }
        return true
    }
}
