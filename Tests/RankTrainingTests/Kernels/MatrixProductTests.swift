import RankData
import RankEngine
import RankTraining
import Testing

@Suite struct MatrixProductTests {
    /// Every kernel against the definition, one fused multiply-add at a time: tiles, tails and blocks change no bit.
    @Test(
        arguments: Kernel.supported,
        [
            [1, 1, 1], [6, 64, 128], [7, 65, 129], [13, 37, 300], [5, 16, 0], [64, 1, 40], [1, 100, 260], [12, 8, 2],
            [3, 47, 1], [27, 41, 9], [130, 1, 131], [40, 200, 70],
        ]
    )
    func agreesWithTheDefinition(_ kernel: Kernel, _ size: [Int]) throws {
        let (rows, columns, depth) = (size[0], size[1], size[2])
        var random = NumPyRandom(seed: 5)
        func draw(_ count: Int) -> [Float] { (0..<count).map { _ in Float(random.nextUnit() - 0.5) } }
        let a = draw(rows * depth)
        let b = draw(depth * columns)
        let seed = draw(columns)
        let product = MatrixProduct(kernel)

        func expected(seeded: Bool, _ element: (_ row: Int, _ inner: Int) -> Float) -> [UInt32] {
            (0..<(rows * columns)).map { index in
                let (row, column) = index.quotientAndRemainder(dividingBy: columns)
                var sum = seeded ? seed[column] : 0
                for inner in 0..<depth { sum = sum.addingProduct(element(row, inner), b[inner * columns + column]) }
                return sum.bitPattern
            }
        }
        func result(
            _ layout: MatrixProduct.Layout,
            _ a: [Float],
            seed: [Float]?,
            hasManyZeros: Bool = false
        ) -> [UInt32] {
            let c = AlignedFloats(repeating: .nan, count: rows * columns + 1)
            product(
                into: c,
                rows: rows,
                columns: columns,
                depth: depth,
                a: AlignedFloats(a),
                layout,
                b: AlignedFloats(b),
                seed: seed.map { AlignedFloats($0) },
                hasManyZeros: hasManyZeros
            )
            #expect(c[rows * columns].isNaN, "wrote behind the end")
            return c.values.dropLast().map(\.bitPattern)
        }
        #expect(result(.rowMajor, a, seed: seed) == expected(seeded: true) { a[$0 * depth + $1] })
        #expect(result(.transposed, a, seed: nil) == expected(seeded: false) { a[$1 * rows + $0] })
        #expect(result(.repeated, [3], seed: seed) == expected(seeded: true) { _, _ in 3 })

        // What may be passed over changes no bit, whether there is much of it or none.
        let relu = a.map { max($0, 0) }
        for a in [a, relu] {
            let rowMajor = expected(seeded: true) { a[$0 * depth + $1] }
            let transposed = expected(seeded: false) { a[$1 * rows + $0] }
            #expect(result(.rowMajor, a, seed: seed, hasManyZeros: true) == rowMajor)
            #expect(result(.transposed, a, seed: nil, hasManyZeros: true) == transposed)
        }

        // In two parts of the depth, the second of which is added.
        let c = AlignedFloats(repeating: .nan, count: rows * columns)
        let cut = depth / 3
        for (index, part) in [0..<cut, cut..<depth].enumerated() {
            product(
                into: c,
                rows: rows,
                columns: columns,
                depth: part.count,
                a: AlignedFloats(a[part.lowerBound * rows..<part.upperBound * rows]),
                .transposed,
                b: AlignedFloats(b[part.lowerBound * columns..<part.upperBound * columns]),
                adds: index > 0
            )
        }
        #expect(c.values.map(\.bitPattern) == expected(seeded: false) { a[$1 * rows + $0] })
    }
}
