import RankTraining
import Testing

@Suite struct CholeskyFactorTests {
    /// L = [[2, 0, 0], [1, 3, 0], [-1, 2, 0.5]], so A = L · Lᵀ.
    private static let matrix: [Double] = [4, 2, -2, 2, 10, 5, -2, 5, 5.25]

    @Test func theFactorIsTheKnownOne() {
        let factor = CholeskyFactor(Self.matrix, order: 3)
        #expect(factor.lower == [2, 0, 0, 1, 3, 0, -1, 2, 0.5])
        #expect(factor.product([1, 1, 2]) == [2, 4, 2])
        #expect(factor.transposedProduct([1, 1, 2]) == [1, 7, 1])
    }

    @Test func itSolves() {
        let solution = CholeskyFactor(Self.matrix, order: 3).solve([4 - 6, 2 - 15 + 10, -2 - 10.5 + 5])
        // A · (1, x, y) for x = 1 and y = -2 would be (10, 2, -7.5): solve for what was put in.
        for (row, right) in [-2.0, -3, -7.5].enumerated() {
            let product = (0..<3).reduce(0.0) { $0 + Self.matrix[row * 3 + $1] * solution[$1] }
            #expect(abs(product - right) < 1e-12)
        }
    }

    /// The second direction depends on the first: what is left of it is rounding.
    @Test func aSingularMatrixHasAColumnOfZeros() {
        let factor = CholeskyFactor([0.01, 0.1, 0.3, 0.1, 1, 3, 0.3, 3, 10], order: 3)
        #expect((0..<3).allSatisfy { factor.lower[$0 * 3 + 1] == 0 })
        #expect(factor.solve([1, 1, 1])[1] == 0)
        #expect(CholeskyFactor([0], order: 1).solve([3]) == [0])
    }
}
