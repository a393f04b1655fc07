package import RankEngine

/// One side of a model while rows are folded in: terms of each row, the bias first where there is one.
package struct FoldInTable: Sendable {
    /// The length of a vector.
    package let dimensions: Int
    /// Rows that the model has, the one for unknown ids included.
    package let knownCount: Int
    /// The bias and the vector of each row; a model without biases has biases of 0, which stay 0 because they have no
    /// spread.
    package private(set) var rows: [[Double]]
    /// The Cholesky factor of the covariance of the known rows' terms.
    package let spread: CholeskyFactor

    /// Makes a table whose rows from 1 on are the known ones.
    package init(_ table: ModelDraft.Table) {
        self.init(
            rows: (0..<table.rowCount).map { row in
                let vector = table.embedding[row * table.dimensions..<(row + 1) * table.dimensions].map { Double($0) }
                return [Double(table.bias?[row] ?? 0)] + vector
            }
        )
    }

    /// Takes rows of equal length, at least one: row 0, and the examples.
    package init(rows: [[Double]]) {
        dimensions = rows[0].count - 1
        knownCount = rows.count
        self.rows = rows
        spread = Self.spread(rows.dropFirst(), terms: rows[0].count)
    }

    private static func spread(_ rows: ArraySlice<[Double]>, terms: Int) -> CholeskyFactor {
        var mean = [Double](repeating: 0, count: terms)
        for row in rows { for term in 0..<terms { mean[term] += row[term] / Double(rows.count) } }
        var covariance = [Double](repeating: 0, count: terms * terms)
        for row in rows {
            for term in 0..<terms {
                let deviation = (row[term] - mean[term]) / Double(rows.count)
                for other in 0...term { covariance[term * terms + other] += deviation * (row[other] - mean[other]) }
            }
        }
        return CholeskyFactor(covariance, order: terms)
    }

    /// Adds copies of row 0.
    package mutating func append(_ count: Int) {
        rows += repeatElement(rows[0], count: count)
    }

    /// Replaces a row.
    package mutating func replace(_ row: Int, with terms: [Double]) {
        rows[row] = terms
    }

    /// The best terms of a row, the other side being fixed.
    ///
    /// They minimise Σ (target − partner's bias − own bias − vector · vector)² + penalty · d², d² being the squared
    /// distance from `center` in units of the known rows' spread (Mahalanobis): the mean of the posterior where known
    /// rows are a sample of the prior and `penalty` is the variance of a rating around its score. A linear map of the
    /// factors changes no score. Time: terms² × partners + terms³ / 3.
    ///
    /// - Parameters:
    ///   - center: The row without ratings.
    ///   - partners: The terms of the other side's rows.
    ///   - targets: Their labels less the mean.
    ///   - penalty: Above 0, in squared labels.
    /// - Returns: The bias and the vector.
    package func solve(center: [Double], partners: [[Double]], targets: [Double], penalty: Double) -> [Double] {
        let terms = dimensions + 1
        var matrix = [Double](repeating: 0, count: terms * terms)
        var gradient = [Double](repeating: 0, count: terms)
        for (partner, target) in zip(partners, targets) {
            var design = partner
            design[0] = 1
            var residual = target - partner[0]
            for term in 0..<terms { residual -= design[term] * center[term] }
            let scaled = spread.transposedProduct(design)
            for term in 0..<terms {
                gradient[term] += residual * scaled[term]
                for other in 0...term { matrix[term * terms + other] += scaled[term] * scaled[other] }
            }
        }
        for term in 0..<terms { matrix[term * terms + term] += penalty }
        let moved = spread.product(CholeskyFactor(matrix, order: terms).solve(gradient))
        return zip(center, moved).map { $0 + $1 }
    }
}

extension ModelDraft.Table {
    /// Replaces rows by folded ones; all other rows keep their bits.
    mutating func take(_ folded: FoldInTable, rows: [Int]) {
        let missing = folded.rows.count - rowCount
        embedding += [Float](repeating: 0, count: missing * dimensions)
        bias?.append(contentsOf: repeatElement(0, count: missing))
        for row in rows {
            let terms = folded.rows[row]
            if bias != nil { bias?[row] = Float(terms[0]) }
            for dimension in 0..<dimensions {
                embedding[row * dimensions + dimension] = Float(terms[1 + dimension])
            }
        }
    }
}
