import RankCore
import RankEngine
import Testing

@Suite("The norm over the cube")
struct CubeNormTests {
    /// Matrices, [rows][columns], by what is peculiar to them.
    enum Matrix: String, CaseIterable, Sendable {
        case random, oneRow, equalColumns, oppositeColumns, orthogonal, zeros, oneLiveColumn, sizesFarApart, tiny

        func columns(_ count: Int, _ generator: inout SplitMix64) -> [[Double]] {
            let rows = self == .oneRow ? 1 : 9
            var columns = (0..<count).map { _ in (0..<rows).map { _ in Double.random(in: -1...1, using: &generator) } }
            for place in 0..<count {
                switch self {
                case .random, .oneRow: break
                case .equalColumns: columns[place] = columns[0]
                case .oppositeColumns: columns[place] = columns[0].map { place % 2 == 0 ? $0 : -$0 }
                case .orthogonal: columns[place] = (0..<count).map { $0 == place ? Double(place + 1) : 0 }
                case .zeros: columns[place] = columns[place].map { _ in 0 }
                case .oneLiveColumn: if place != count / 2 { columns[place] = columns[place].map { _ in 0 } }
                case .sizesFarApart: columns[place] = columns[place].map { $0 * (place % 2 == 0 ? 1e6 : 1e-6) }
                case .tiny: columns[place] = columns[place].map { $0 * 1e-60 }
                }
            }
            return columns
        }
    }

    @Test(arguments: Matrix.allCases)
    func noCornerIsBeyondTheBound(_ matrix: Matrix) {
        var generator = SplitMix64(seed: 11)
        for count in [1, 2, 3, 5, 8, 11] {
            let gram = Self.gram(matrix.columns(count, &generator))
            let (bound, exact) = (CubeNorm.bound(gram: gram, count: count), Self.largest(gram, count))
            #expect(bound >= exact, "\(matrix), \(count) columns")
            // The bound of semidefinite programs of this kind: at most √(π/2) too large, and 0 of zeros.
            #expect(bound <= exact * 1.2534, "\(matrix), \(count) columns")
        }
    }

    /// Numbers whose sum is less than the largest square are no proof, however near they are.
    @Test(arguments: Matrix.allCases.filter { $0 != .zeros })
    func numbersThatAreTooSmallAreNoProof(_ matrix: Matrix) {
        var generator = SplitMix64(seed: 12)
        for count in [1, 2, 5, 8] {
            let gram = Self.gram(matrix.columns(count, &generator))
            let exact = Self.largest(gram, count)
            // Row sums dominate: they are a proof, and stay one as long as their sum may be.
            let dominating = (0..<count).map { (row: Int) -> Double in
                (0..<count).reduce(exact * exact * 1e-9) { $0 + gram[row * count + $1].magnitude }
            }
            let sum = dominating.reduce(0, +)
            #expect(CubeNorm.isProved(dominating, gram, count), "\(matrix), \(count) columns")
            for share in [0.999_999, 0.99, 0.5] {
                let small = dominating.map { $0 / sum * exact * exact * share }
                #expect(!CubeNorm.isProved(small, gram, count), "\(matrix), \(count) columns, \(share)")
            }
        }
    }

    @Test func whatIsNotFiniteHasNoSmallBound() {
        for value in [Double.infinity, .nan, 1e308] {
            let bound = CubeNorm.bound(gram: [value, 1, 1, value], count: 2)
            #expect(!(bound < 1e150))
        }
    }

    private static func gram(_ columns: [[Double]]) -> [Double] {
        var gram: [Double] = []
        for left in columns {
            for right in columns { gram.append(zip(left, right).reduce(0.0) { $0 + $1.0 * $1.1 }) }
        }
        return gram
    }

    /// The largest length over the corners, of which a convex function has its maximum in one.
    private static func largest(_ gram: [Double], _ count: Int) -> Double {
        var largest = 0.0
        for corner in 0..<(1 << count) {
            let signs = (0..<count).map { corner >> $0 & 1 == 0 ? 1.0 : -1.0 }
            var square = 0.0
            for row in 0..<count {
                for column in 0..<count { square += signs[row] * signs[column] * gram[row * count + column] }
            }
            largest = max(largest, square)
        }
        return largest.squareRoot()
    }
}
