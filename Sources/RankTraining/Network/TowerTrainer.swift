import RankEngine

/// One side of the network in training: an embedding table, and the half of the first layer that reads it.
///
/// Before its relu the first layer is linear in the two embeddings, so its product with an embedding is needed once for
/// each distinct row of a batch and not once for each example; gradients are first summed over the examples of a row.
/// A row that is not in the batch has a gradient of zero, with which Adagrad moves neither weight nor accumulator, and
/// Adam what it has from earlier gradients.
struct TowerTrainer: ~Copyable {
    /// The distinct rows of the batch, in the order in which they first occur.
    private(set) var rows: [Int32] = []
    /// For each example of the batch, the place of its row among `rows`.
    private(set) var places: [Int32] = []
    /// The products of the distinct rows and `kernel`: rows × outputs.
    let products = AlignedFloats(count: 0)
    /// Gradients of the loss by `products`, to be written by the caller.
    let gradients = AlignedFloats(count: 0)

    /// table rows × dimensions.
    let table: WeightTrainer
    /// dimensions × outputs.
    let kernel: WeightTrainer
    private let dimensions: Int
    private let outputs: Int

    /// For each row of the table its place in `rows`, or −1.
    private var placeOfRow: [Int32]
    private let embeddings = AlignedFloats(count: 0)
    private let embeddingGradients = AlignedFloats(count: 0)
    private let kernelGradients: AlignedFloats
    private let kernelTranspose: AlignedFloats

    init(table: WeightTrainer, dimensions: Int, kernel: WeightTrainer, outputs: Int) {
        let (rows, weights) = (table.values.count / dimensions, kernel.values.count)
        precondition(weights == dimensions * outputs)
        self.table = table
        self.kernel = kernel
        self.dimensions = dimensions
        self.outputs = outputs
        placeOfRow = [Int32](repeating: -1, count: rows)
        kernelGradients = AlignedFloats(count: weights)
        kernelTranspose = AlignedFloats(count: weights)
    }

    /// Finds the distinct rows of a batch and multiplies them; `gradients` gets the same size.
    ///
    /// - Parameters:
    ///   - examples: The row of each example, one of the table's.
    ///   - seed: The start of each output's chain; +0 by default.
    ///   - product: The matrix product.
    ///   - loops: The other loops.
    mutating func multiply(
        _ examples: ArraySlice<Int32>,
        seed: AlignedFloats?,
        _ product: MatrixProduct,
        _ loops: TrainingLoops
    ) {
        for row in rows { placeOfRow[Int(row)] = -1 }
        rows.removeAll(keepingCapacity: true)
        places.removeAll(keepingCapacity: true)
        for row in examples {
            var place = placeOfRow[Int(row)]
            if place < 0 {
                place = Int32(rows.count)
                placeOfRow[Int(row)] = place
                rows.append(row)
            }
            places.append(place)
        }
        embeddings.grow(to: rows.count * dimensions)
        loops.gather(rows, of: table.values, width: dimensions, into: embeddings)
        products.grow(to: rows.count * outputs)
        gradients.grow(to: rows.count * outputs)
        product(
            into: products,
            rows: rows.count,
            columns: outputs,
            depth: dimensions,
            a: embeddings,
            b: kernel.values,
            seed: seed
        )
    }

    /// Moves the kernel and the rows of the batch one step, by `gradients` and the penalties.
    func update(
        _ step: WeightTrainer.Step,
        _ regularization: Regularization,
        _ product: MatrixProduct,
        _ loops: TrainingLoops
    ) {
        product(
            into: kernelGradients,
            rows: dimensions,
            columns: outputs,
            depth: rows.count,
            a: embeddings,
            .transposed,
            b: gradients
        )
        loops.transpose(kernel.values, rows: dimensions, columns: outputs, into: kernelTranspose)
        embeddingGradients.grow(to: rows.count * dimensions)
        product(
            into: embeddingGradients,
            rows: rows.count,
            columns: dimensions,
            depth: outputs,
            a: gradients,
            b: kernelTranspose
        )
        if regularization.kernelPenalty > 0 {
            let count = kernel.values.count
            loops.addPenalty(regularization.kernelPenalty, on: kernel.values, to: kernelGradients, count)
        }
        if regularization.embeddingPenalty > 0 {
            let count = rows.count * dimensions
            loops.addPenalty(regularization.embeddingPenalty, on: embeddings, to: embeddingGradients, count)
        }
        kernel.update(step, gradients: kernelGradients, loops)
        table.update(
            step,
            rows: rows,
            placeOfRow: placeOfRow,
            width: dimensions,
            gradients: embeddingGradients,
            loops
        )
    }
}
