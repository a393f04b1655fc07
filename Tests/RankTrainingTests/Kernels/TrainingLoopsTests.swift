import RankData
import RankEngine
import RankTraining
import Testing

/// Every kernel against the definition, one operation at a time, at widths with and without a tail.
@Suite struct TrainingLoopsTests {
    private let first: [Int32] = [0, 1, 0, 2, 1, 0]
    private let second: [Int32] = [0, 0, 1, 1, 2, 0]

    @Test(arguments: Kernel.supported, [1, 16, 37]) func addsAndSumsRows(_ kernel: Kernel, _ width: Int) {
        let loops = TrainingLoops(kernel)
        let places = TrainingLoops.Places(first: first, second: second)
        let (p, q, gradients) = (draw(3 * width, 1), draw(3 * width, 2), draw(6 * width, 3))
        let outputs = AlignedFloats(count: 6 * width)
        loops.addRows(
            places,
            width: width,
            p: AlignedFloats(p),
            q: AlignedFloats(q),
            relu: true,
            into: outputs
        )
        let sums = [AlignedFloats(repeating: .nan, count: 3 * width), AlignedFloats(repeating: .nan, count: 3 * width)]
        // In two parts, the second of which goes on with sums of the first.
        var summed = TrainingLoops.SummedRows()
        for part in [0..<2, 2..<6] {
            let numbers = part.lowerBound * width..<part.upperBound * width
            loops.sumSegments(
                AlignedFloats(gradients[numbers]),
                places,
                part,
                after: &summed,
                width: width,
                liveIn: AlignedFloats(outputs.values[numbers]),
                p: sums[0],
                q: sums[1]
            )
        }

        var expected = [[Float]](repeating: [Float](repeating: 0, count: 3 * width), count: 2)
        for example in first.indices {
            for column in 0..<width {
                let (i, j) = (Int(first[example]) * width + column, Int(second[example]) * width + column)
                let sum = p[i] + q[j]
                let at = example * width + column
                #expect(outputs[at].bitPattern == (sum > 0 ? sum : 0).bitPattern)
                let gradient = sum > 0 ? gradients[at] : 0
                expected[0][i] += gradient
                expected[1][j] += gradient
            }
        }
        #expect(sums.map(\.values) == expected)
    }

    @Test(arguments: Kernel.supported) func movesOnlyTheRowsOfAList(_ kernel: Kernel) {
        let width = 19
        let (weights, gradients) = (draw(4 * width, 4), draw(2 * width, 5))
        let table = AlignedFloats(weights)
        let accumulators = AlignedFloats(repeating: 0.1, count: 4 * width)
        TrainingLoops(kernel).adagrad(
            rows: [3, 1],
            width: width,
            rate: 0.5,
            epsilon: 1e-7,
            gradients: AlignedFloats(gradients),
            accumulators: accumulators,
            weights: table
        )
        for index in weights.indices {
            let (row, column) = index.quotientAndRemainder(dividingBy: width)
            let gradient = row == 3 ? gradients[column] : row == 1 ? gradients[width + column] : 0
            let sum = 0.1 + gradient * gradient
            let moved = weights[index] - 0.5 * gradient / (sum + 1e-7).squareRoot()
            #expect(accumulators[index].bitPattern == sum.bitPattern)
            #expect(table[index].bitPattern == moved.bitPattern)
        }
    }

    @Test(arguments: Kernel.supported, [1, 16, 19]) func movesAllRowsWithMoments(_ kernel: Kernel, _ width: Int) {
        let places: [Int32] = [-1, 1, -1, -1, 0]
        let (weights, gradients) = (draw(5 * width, 7), draw(2 * width, 8))
        let (first, second) = (draw(5 * width, 9), draw(5 * width, 10).map(abs))
        let (table, firstMoments, secondMoments) = (AlignedFloats(weights), AlignedFloats(first), AlignedFloats(second))
        TrainingLoops(kernel).adam(
            TrainingLoops.AdamStep(rate: 0.01, firstShare: 0.1, secondShare: 0.001, epsilon: 1e-7),
            places: places,
            width: width,
            gradients: AlignedFloats(gradients),
            firstMoments: firstMoments,
            secondMoments: secondMoments,
            weights: table
        )
        for index in weights.indices {
            let (row, column) = index.quotientAndRemainder(dividingBy: width)
            let gradient = places[row] < 0 ? 0 : gradients[Int(places[row]) * width + column]
            let m = first[index] + (gradient - first[index]) * 0.1
            let v = second[index] + (gradient * gradient - second[index]) * 0.001
            let moved = weights[index] - m * 0.01 / (v.squareRoot() + 1e-7)
            #expect(firstMoments[index].bitPattern == m.bitPattern)
            #expect(secondMoments[index].bitPattern == v.bitPattern)
            #expect(table[index].bitPattern == moved.bitPattern)
        }
    }

    @Test func transposes() {
        let (rows, columns) = (17, 35)
        let matrix = draw(rows * columns, 6)
        let transpose = AlignedFloats(count: rows * columns)
        TrainingLoops(.best).transpose(AlignedFloats(matrix), rows: rows, columns: columns, into: transpose)
        for row in 0..<rows {
            for column in 0..<columns { #expect(transpose[column * rows + row] == matrix[row * columns + column]) }
        }
    }

    private func draw(_ count: Int, _ seed: UInt64) -> [Float] {
        var random = NumPyRandom(seed: seed)
        return (0..<count).map { _ in Float(random.nextUnit() - 0.5) }
    }
}
