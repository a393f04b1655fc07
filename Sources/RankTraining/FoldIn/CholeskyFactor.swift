/// The lower triangle L of a symmetric matrix A = L · Lᵀ without negative eigenvalues.
///
/// A direction in which A is 0, but for rounding, has a column of zeros in L.
package struct CholeskyFactor: Sendable {
    /// Rows and columns.
    package let order: Int
    /// L, row-major; what lies above the diagonal is 0.
    package let lower: [Double]

    /// Factorises, in time cubic in the order.
    ///
    /// - Parameters:
    ///   - matrix: order × order, row-major; only its lower triangle is read.
    ///   - order: Rows and columns.
    package init(_ matrix: [Double], order: Int) {
        self.order = order
        var lower = [Double](repeating: 0, count: order * order)
        for column in 0..<order {
            var pivot = matrix[column * order + column]
            let largest = pivot
            for inner in 0..<column { pivot -= lower[column * order + inner] * lower[column * order + inner] }
            guard pivot > largest * 1e-12 else { continue }
            let root = pivot.squareRoot()
            lower[column * order + column] = root
            for row in (column + 1)..<max(order, column + 1) {
                var sum = matrix[row * order + column]
                for inner in 0..<column { sum -= lower[row * order + inner] * lower[column * order + inner] }
                lower[row * order + column] = sum / root
            }
        }
        self.lower = lower
    }

    /// Lᵀ · vector.
    package func transposedProduct(_ vector: [Double]) -> [Double] {
        var result = [Double](repeating: 0, count: order)
        for row in 0..<order {
            let value = vector[row]
            for column in 0...row { result[column] += lower[row * order + column] * value }
        }
        return result
    }

    /// L · vector.
    package func product(_ vector: [Double]) -> [Double] {
        (0..<order).map { row in
            var sum = 0.0
            for column in 0...row { sum += lower[row * order + column] * vector[column] }
            return sum
        }
    }

    /// The x with A · x = vector; a direction in which A is 0 has no part in it.
    package func solve(_ vector: [Double]) -> [Double] {
        var result = vector
        for row in 0..<order {
            for column in 0..<row { result[row] -= lower[row * order + column] * result[column] }
            let pivot = lower[row * order + row]
            result[row] = pivot > 0 ? result[row] / pivot : 0
        }
        for row in (0..<order).reversed() {
            for inner in (row + 1)..<max(order, row + 1) {
                result[row] -= lower[inner * order + row] * result[inner]
            }
            let pivot = lower[row * order + row]
            result[row] = pivot > 0 ? result[row] / pivot : 0
        }
        return result
    }
}
