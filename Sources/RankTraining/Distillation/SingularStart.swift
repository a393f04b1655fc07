import RankEngine

/// Embeddings that hold as much of a matrix of scores as they can: its leading singular vectors and the means of its
/// rows and columns.
///
/// The matrix less the means of its rows and columns is brought to vectors of two dimensions less than the embeddings
/// have, with the roots of the singular values on either side; the dimension after them holds the mean, the last one is
/// 0.
struct SingularStart {
    /// rows × dimensions.
    let users: [Float]
    /// columns × dimensions.
    let items: [Float]
    /// The mean of all scores.
    let mean: Float

    private static let iterations = 8

    /// Factorises, by subspace iteration from a random start (see `LowRank`), in float32 products of one order.
    ///
    /// - Parameters:
    ///   - scores: rows × columns; they are centred in their place.
    ///   - rows: The number of rows.
    ///   - columns: The number of columns.
    ///   - dimensions: The length of an embedding; at least 1.
    ///   - seed: Decides the start.
    ///   - product: The matrix product.
    init(
        centring scores: AlignedFloats,
        rows: Int,
        columns: Int,
        dimensions: Int,
        seed: UInt64,
        _ product: MatrixProduct
    ) {
        let means = Self.center(scores, rows, columns)
        mean = Float(means.all)
        let rank = min(max(dimensions - 2, 0), rows, columns)
        var random = NormalRandom(seed: seed)
        var right = Columns(rows: columns, width: rank, values: (0..<columns * rank).map { _ in random.nextNormal() })
        var left = right
        let (tall, wide) = (AlignedFloats(count: rows * rank), AlignedFloats(count: columns * rank))
        if rank > 0 {
            for _ in 0..<Self.iterations {
                right.orthonormalize()
                let basis = AlignedFloats(right.values.map { Float($0) })
                product(into: tall, rows: rows, columns: rank, depth: columns, a: scores, b: basis)
                left = Columns(rows: rows, width: rank, values: tall.values.map { Double($0) })
                left.orthonormalize()
                let images = AlignedFloats(left.values.map { Float($0) })
                product(into: wide, rows: columns, columns: rank, depth: rows, a: scores, .transposed, b: images)
                right = Columns(rows: columns, width: rank, values: wide.values.map { Double($0) })
            }
        }
        let roots = (0..<rank).map { column in
            right.column(column).reduce(0) { $0 + $1 * $1 }.squareRoot().squareRoot()
        }
        func table(_ side: Columns, _ means: [Double], _ scale: (Double) -> Double) -> [Float] {
            var table = [Float](repeating: 0, count: means.count * dimensions)
            for row in means.indices {
                for column in 0..<rank {
                    table[row * dimensions + column] = Float(side.values[row * rank + column] * scale(roots[column]))
                }
                table[row * dimensions + max(dimensions - 2, 0)] = Float(means[row])
            }
            return table
        }
        users = table(left, means.rows) { $0 }
        items = table(right, means.columns) { $0 > 0 ? 1 / $0 : 0 }
    }

    /// Takes the means of rows and columns from a matrix.
    ///
    /// - Returns: The mean of all, and by how much those of rows and of columns differ from it.
    private static func center(
        _ scores: AlignedFloats,
        _ rows: Int,
        _ columns: Int
    ) -> (all: Double, rows: [Double], columns: [Double]) {
        var byRow = [Double](repeating: 0, count: rows)
        var byColumn = [Double](repeating: 0, count: columns)
        for row in 0..<rows {
            for column in 0..<columns {
                let score = Double(scores[row * columns + column])
                byRow[row] += score
                byColumn[column] += score
            }
        }
        let all = byRow.reduce(0, +) / Double(rows * columns)
        byRow = byRow.map { $0 / Double(columns) - all }
        byColumn = byColumn.map { $0 / Double(rows) - all }
        for row in 0..<rows {
            for column in 0..<columns {
                let index = row * columns + column
                scores[index] = Float(Double(scores[index]) - all - byRow[row] - byColumn[column])
            }
        }
        return (all, byRow, byColumn)
    }
}
