import Foundation
import RankData
import TestSupport
import Testing

/// One line of `random.txt`.
struct NumPyVector: Sendable, CustomTestStringConvertible {
    let kind: String
    let arguments: [UInt64]
    let expected: [UInt64]

    var testDescription: String { "\(kind) \(arguments)" }

    static let all: [NumPyVector] = {
        guard let text = try? Repository.text("Tests/Fixtures/numpy/random.txt") else { return [] }
        return text.split(separator: "\n").map { line in
            let words = line.split(separator: " ")
            let colon = words.firstIndex(of: ":") ?? words.endIndex
            return NumPyVector(
                kind: String(words[0]),
                arguments: words[1..<colon].compactMap { UInt64($0) },
                expected: words[colon...].compactMap { UInt64($0) }
            )
        }
    }()
}

@Suite("NumPyRandom")
struct NumPyRandomTests {
    @Test
    func thereAreVectorsOfEachKind() {
        #expect(Set(NumPyVector.all.map(\.kind)) == ["raw", "unit", "integer", "permutation", "checksum"])
    }

    @Test(arguments: NumPyVector.all)
    func agreesWithNumPy(_ vector: NumPyVector) {
        var random = NumPyRandom(seed: vector.arguments[0])
        switch vector.kind {
        case "raw":
            #expect(vector.expected.map { _ in random.nextUInt64() } == vector.expected)
        case "unit":
            #expect(vector.expected.map { _ in random.nextUnit().bitPattern } == vector.expected)
        case "integer":
            #expect(vector.expected.map { _ in random.nextInteger(upTo: vector.arguments[1]) } == vector.expected)
        case "permutation":
            #expect(random.permutation(Int(vector.arguments[1])).map { UInt64($0) } == vector.expected)
        case "checksum":
            let order = random.permutation(Int(vector.arguments[1]))
            let sum = order.enumerated().reduce(UInt64(0)) { $0 &+ UInt64($1.offset + 1) &* UInt64($1.element) }
            #expect([sum] == vector.expected)
        default:
            Issue.record("unknown kind \(vector.kind)")
        }
    }

    @Test(arguments: [0, -1, Int.min])
    func aPermutationOfNothingIsEmpty(_ count: Int) {
        var random = NumPyRandom(seed: 1)
        #expect(random.permutation(count).isEmpty)
    }
}
