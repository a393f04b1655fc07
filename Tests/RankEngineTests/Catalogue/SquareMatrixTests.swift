import RankCore
import RankEngine
import Testing

@Suite("Square matrices")
struct SquareMatrixTests {
    private static func random(_ count: Int) -> SquareMatrix {
        var generator = SplitMix64(seed: UInt64(count))
        var matrix = SquareMatrix(count: count)
        for row in 0..<count {
            for column in 0..<count { matrix[row, column] = Double.random(in: -1...1, using: &generator) }
        }
        return matrix
    }

    private static func distance(_ left: SquareMatrix, _ right: SquareMatrix) -> Double {
        var most = 0.0
        for row in 0..<left.count {
            for column in 0..<left.count { most = max(most, (left[row, column] - right[row, column]).magnitude) }
        }
        return most
    }

    @Test(arguments: [1, 2, 5, 33, 64])
    func factorsAndEigenvectorsGiveTheMatrixBack(_ count: Int) throws {
        let matrix = Self.random(count)
        var symmetric = matrix.times(matrix.transposed)
        for index in 0..<count { symmetric[index, index] += 0.1 }
        let lower = try #require(symmetric.cholesky)
        #expect(Self.distance(lower.times(lower.transposed), symmetric) < 1e-10)
        let solved = lower.solvingTransposed(matrix)
        #expect(Self.distance(lower.transposed.times(solved), matrix) < 1e-8)
        let (values, vectors) = symmetric.eigen
        var diagonal = SquareMatrix(count: count)
        for (index, value) in values.enumerated() { diagonal[index, index] = value }
        #expect(Self.distance(vectors.times(diagonal).times(vectors.transposed), symmetric) < 1e-10)
        #expect(Self.distance(vectors.times(vectors.transposed), .identity(count)) < 1e-12)
    }

    @Test func whatIsNotPositiveDefiniteHasNoTriangle() {
        #expect(SquareMatrix(count: 2).cholesky == nil)
        var matrix = SquareMatrix.identity(2)
        matrix[1, 1] = .nan
        #expect(matrix.cholesky == nil)
    }
}
