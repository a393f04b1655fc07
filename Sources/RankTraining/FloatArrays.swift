/// The elementwise loops of training. Each runs over unchecked memory after one check of its bounds.
extension [Float] {
    /// Makes room for at least `count` elements; what they hold is unspecified.
    mutating func grow(to count: Int) {
        if self.count < count { self = [Float](repeating: 0, count: count) }
    }

    /// Copies rows of this table (rows × dimensions) into columns of a matrix (count × width).
    func gather(_ rows: ArraySlice<Int32>, _ dimensions: Int, into matrix: inout [Float], _ width: Int, at offset: Int)
    {
        precondition(offset + dimensions <= width && rows.count * width <= matrix.count)
        withUnsafeBufferPointer { table in
            matrix.withUnsafeMutableBufferPointer { matrix in
                for (example, row) in rows.enumerated() {
                    let from = Int(row) * dimensions
                    precondition(from >= 0 && from + dimensions <= table.count)
                    let to = example * width + offset
                    for index in 0..<dimensions { matrix[to &+ index] = table[from &+ index] }
                }
            }
        }
    }

    /// Replaces what is not above zero by +0 among the first `count`.
    mutating func relu(_ count: Int) {
        precondition(count <= self.count)
        withUnsafeMutableBufferPointer { values in
            for index in 0..<count { values[index] = values[index] > 0 ? values[index] : 0 }
        }
    }

    /// Sets to +0 where relu's output is not above zero, among the first `count`.
    mutating func maskDead(by outputs: [Float], _ count: Int) {
        precondition(count <= self.count && count <= outputs.count)
        withUnsafeMutableBufferPointer { values in
            outputs.withUnsafeBufferPointer { outputs in
                // A mask instead of a branch, which would be mispredicted for every other unit.
                for index in 0..<count {
                    let mask: UInt32 = outputs[index] > 0 ? .max : 0
                    values[index] = Float(bitPattern: values[index].bitPattern & mask)
                }
            }
        }
    }

    /// Writes the transpose of this matrix (rows × columns).
    func transpose(rows: Int, columns: Int, into result: inout [Float]) {
        precondition(rows * columns <= count && rows * columns <= result.count)
        withUnsafeBufferPointer { values in
            result.withUnsafeMutableBufferPointer { result in
                for row in 0..<rows {
                    for column in 0..<columns {
                        result[column &* rows &+ row] = values[row &* columns &+ column]
                    }
                }
            }
        }
    }
}
