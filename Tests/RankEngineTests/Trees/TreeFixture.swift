import Foundation
import RankEngine
import Testing

/// An ensemble of Tests/Fixtures/trees with rows that an independent walk has scored.
struct TreeFixture: CustomTestStringConvertible, Sendable {
    var name: String
    /// Whether ids are texts.
    var hasTextIDs = false
    /// Features of a row.
    var width: Int

    var testDescription: String { name }

    /// Every ensemble of the directory.
    static let all = [
        TreeFixture(name: "margins", width: 6), TreeFixture(name: "doubles", hasTextIDs: true, width: 4),
        TreeFixture(name: "present", width: 2),
    ]

    /// The path of the file.
    var path: String { "\(fixtures)/trees/\(name).rank" }

    /// Rows and scores of expected.json.
    func expected() throws -> (rows: [Float], scores: [Float]) {
        let json = try JSONDecoder().decode(
            [String: [String: String]].self,
            from: Data(readFile("\(fixtures)/trees/expected.json"))
        )
        let entry = try #require(json[name])
        return (try Self.floats(entry["rows"]), try Self.floats(entry["scores"]))
    }

    private static func floats(_ hex: String?) throws -> [Float] {
        let digits = try #require(hex).utf8.map { UInt32(Character(UnicodeScalar($0)).hexDigitValue ?? 0) }
        return stride(from: 0, to: digits.count, by: 8).map { start in
            var bits: UInt32 = 0
            for byte in 0..<4 {
                bits |= (digits[start + 2 * byte] << 4 | digits[start + 2 * byte + 1]) << (8 * UInt32(byte))
            }
            return Float(bitPattern: bits)
        }
    }
}
