/// A square matrix of doubles, row by row.
package struct SquareMatrix {
    /// The number of rows, and of columns.
    package let count: Int
    private var values: [Double]

    /// A matrix of zeros.
    package init(count: Int) {
        self.count = count
        values = [Double](repeating: 0, count: count * count)
    }

    /// The identity.
    package static func identity(_ count: Int) -> SquareMatrix {
        var matrix = SquareMatrix(count: count)
        for index in 0..<count { matrix[index, index] = 1 }
        return matrix
    }

    package subscript(row: Int, column: Int) -> Double {
        get { values[row * count + column] }
        set { values[row * count + column] = newValue }
    }

    /// The sum of the diagonal.
    var trace: Double { (0..<count).reduce(0) { $0 + self[$1, $1] } }

    /// The square root of the sum of all squares.
    var size: Double { values.reduce(0) { $0 + $1 * $1 }.squareRoot() }

    /// The product with another matrix of the same size.
    ///
    /// - Complexity: O(count³)
    package func times(_ other: SquareMatrix) -> SquareMatrix {
        var product = SquareMatrix(count: count)
        for row in 0..<count {
            for inner in 0..<count {
                let factor = self[row, inner]
                for column in 0..<count { product[row, column] += factor * other[inner, column] }
            }
        }
        return product
    }

    /// The rows as columns.
    package var transposed: SquareMatrix {
        var other = SquareMatrix(count: count)
        for row in 0..<count {
            for column in 0..<count { other[column, row] = self[row, column] }
        }
        return other
    }

    /// The lower triangle L with L·Lᵀ = self; nil where the matrix is not positive definite.
    ///
    /// - Complexity: O(count³)
    package var cholesky: SquareMatrix? {
        var lower = SquareMatrix(count: count)
        for row in 0..<count {
            for column in 0...row {
                var rest = self[row, column]
                for inner in 0..<column { rest -= lower[row, inner] * lower[column, inner] }
                if row == column {
                    guard rest > 0, rest.isFinite else { return nil }
                    lower[row, row] = rest.squareRoot()
                } else {
                    lower[row, column] = rest / lower[column, column]
                }
            }
        }
        return lower
    }

    /// The X with selfᵀ·X = `right`, for a lower triangle.
    ///
    /// - Complexity: O(count³)
    package func solvingTransposed(_ right: SquareMatrix) -> SquareMatrix {
        var solution = right
        for row in stride(from: count - 1, through: 0, by: -1) {
            for below in stride(from: row + 1, to: count, by: 1) {
                let factor = self[below, row]
                for column in 0..<count { solution[row, column] -= factor * solution[below, column] }
            }
            for column in 0..<count { solution[row, column] /= self[row, row] }
        }
        return solution
    }

    /// The eigenvalues of a symmetric matrix, and the eigenvectors as columns, by Jacobi's rotations.
    ///
    /// - Complexity: O(count³) for each of about ten sweeps
    package var eigen: (values: [Double], vectors: SquareMatrix) {
        var (matrix, vectors) = (self, SquareMatrix.identity(count))
        for _ in 0..<Self.sweeps {
            var rest = 0.0
            for row in 0..<count {
                for column in 0..<row { rest += matrix[row, column] * matrix[row, column] }
            }
            guard rest > 1e-28 * matrix.size * matrix.size else { break }
            for row in 0..<count {
                for column in 0..<row where matrix[row, column] != 0 { matrix.turn(row, column, &vectors) }
            }
        }
        return ((0..<count).map { matrix[$0, $0] }, vectors)
    }

    private static let sweeps = 30

    /// Makes the element of a row and a column zero by a rotation of the two.
    private mutating func turn(_ p: Int, _ q: Int, _ vectors: inout SquareMatrix) {
        let theta = (self[q, q] - self[p, p]) / (2 * self[p, q])
        let tangent = (theta < 0 ? -1 : 1) / (theta.magnitude + (theta * theta + 1).squareRoot())
        let cosine = 1 / (tangent * tangent + 1).squareRoot()
        let sine = tangent * cosine
        for index in 0..<count {
            let (a, b) = (self[index, p], self[index, q])
            self[index, p] = cosine * a - sine * b
            self[index, q] = sine * a + cosine * b
        }
        for index in 0..<count {
            let (a, b) = (self[p, index], self[q, index])
            self[p, index] = cosine * a - sine * b
            self[q, index] = sine * a + cosine * b
            let (c, d) = (vectors[index, p], vectors[index, q])
            vectors[index, p] = cosine * c - sine * d
            vectors[index, q] = sine * c + cosine * d
        }
    }
}
