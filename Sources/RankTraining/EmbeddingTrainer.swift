/// Adagrad on the rows of an embedding table that a batch touches.
///
/// A row that occurs several times takes the sum of its gradients, in the order of the batch, in one update.
struct EmbeddingTrainer {
    private let adagrad: Adagrad
    private let dimensions: Int
    private var accumulators: [Float]
    /// Of each row of the table, its place in `sums` during an update, else −1.
    private var places: [Int32]
    private var touched: [Int32] = []
    private var sums: [Float] = []

    init(_ table: [Float], dimensions: Int, _ adagrad: Adagrad) {
        self.adagrad = adagrad
        self.dimensions = dimensions
        accumulators = adagrad.accumulators(for: table)
        places = [Int32](repeating: -1, count: table.count / dimensions)
    }

    /// Moves the touched rows one step.
    ///
    /// - Parameters:
    ///   - table: rows × dimensions.
    ///   - rows: The row of each example of the batch.
    ///   - gradients: batch × width, by the network's inputs.
    ///   - width: The number of those inputs.
    ///   - offset: Where this table's part of them starts.
    mutating func update(
        _ table: inout [Float],
        rows: ArraySlice<Int32>,
        gradients: [Float],
        width: Int,
        at offset: Int
    ) {
        precondition(offset + dimensions <= width && rows.count * width <= gradients.count)
        sums.grow(to: rows.count * dimensions)
        gradients.withUnsafeBufferPointer { gradients in
            sums.withUnsafeMutableBufferPointer { sums in
                for (example, row) in rows.enumerated() {
                    let from = example * width + offset
                    if places[Int(row)] >= 0 {
                        let to = Int(places[Int(row)]) * dimensions
                        for index in 0..<dimensions { sums[to &+ index] += gradients[from &+ index] }
                    } else {
                        let to = touched.count * dimensions
                        places[Int(row)] = Int32(touched.count)
                        touched.append(row)
                        for index in 0..<dimensions { sums[to &+ index] = gradients[from &+ index] }
                    }
                }
            }
        }
        for (place, row) in touched.enumerated() {
            adagrad.update(
                &table,
                &accumulators,
                at: Int(row) * dimensions,
                count: dimensions,
                gradients: sums,
                from: place * dimensions
            )
            places[Int(row)] = -1
        }
        touched.removeAll(keepingCapacity: true)
    }
}
