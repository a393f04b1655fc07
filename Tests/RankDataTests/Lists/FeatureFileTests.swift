import Foundation
import RankData
import TestSupport
import Testing

@Suite("FeatureFile")
struct FeatureFileTests {
    private static func file(_ text: String, _ name: String = "in.csv") throws -> FeatureFile {
        try FeatureFile(path: try TemporaryDirectory().write(name, text))
    }

    @Test(arguments: [
        "1,-2.5\n0,1e-3\n", "price,fresh\n1,-2.5\n0,0.001", "\u{FEFF}price, fresh\r\n\r\n 1 , -2.5\r\n0,1e-3\r\n",
    ]
    )
    func readsRowsWithAndWithoutAHeader(_ text: String) throws {
        let file = try Self.file(text)
        #expect(try file.rows(count: 2, width: 2, names: ["price", "fresh"]) == [1, -2.5, 0, 0.001])
        #expect(try file.rows(count: 2, width: 2) == [1, -2.5, 0, 0.001])
    }

    @Test
    func aNumberIsTheFloat32ThatIsNearestToItsDigits() throws {
        // 2^24 + 1 lies between two floats, and a little more than it nearer to the upper one.
        let file = try Self.file("16777217.0000000001\n0.1\n")
        #expect(try file.rows(count: 2, width: 1) == [16_777_218, 0.1])
    }

    @Test
    func readsFloat32LittleEndian() throws {
        let directory = try TemporaryDirectory()
        let bytes: [UInt8] = [0, 0, 128, 63, 0, 0, 32, 192, 205, 204, 204, 61]
        let path = directory.file("rows.f32")
        try directory.write("rows.f32", String(bytes.map { Character(UnicodeScalar($0)) }), encoding: .isoLatin1)
        let file = try FeatureFile(path: path)
        #expect(try file.rows(count: 3, width: 1) == [1, -2.5, 0.1])
        #expect(try file.rows(count: 1, width: 3) == [1, -2.5, 0.1])
        expectDataError(.malformed, ["rows.f32", "12 bytes", "2 rows of 2 float32 have 16"]) {
            _ = try file.rows(count: 2, width: 2)
        }
    }

    @Test
    func aFloatThatIsNotFiniteIsNamedByItsPlace() throws {
        let directory = try TemporaryDirectory()
        let bytes: [UInt8] = [0, 0, 128, 63, 0, 0, 128, 127]
        try directory.write("rows.f32", String(bytes.map { Character(UnicodeScalar($0)) }), encoding: .isoLatin1)
        let file = try FeatureFile(path: directory.file("rows.f32"))
        expectDataError(.malformed, ["feature 0 of row 1 is inf"]) { _ = try file.rows(count: 2, width: 1) }
        expectDataError(.malformed, ["feature 1 of row 0 is inf"]) { _ = try file.rows(count: 1, width: 2) }
    }

    @Test(arguments: [
        ("1,2\n3\n", "in.csv:2:", "1 column, expected 2: a,b"),
        ("1,2\n3,4,5\n", "in.csv:2:", "3 columns, expected 2"),
        ("1,x\n", "in.csv:1:", "'x' is not a finite number"),
        ("1,nan\n", "in.csv:1:", "'nan'"), ("1,1e39\n", "in.csv:1:", "'1e39'"), ("1,\n", "in.csv:1:", "''"),
        ("1,2\n", "in.csv", "1 row of features for 2 candidates"), ("", "in.csv", "0 rows of features"),
        ("b,a\n1,2\n3,4\n", "in.csv:1:", "the features are b,a, the model wants a,b"),
        ("1,2\na,b\n3,4\n", "in.csv:2:", "'a'"),
    ]
    )
    func namesLineAndFault(text: String, place: String, message: String) throws {
        let file = try Self.file(text)
        expectDataError(.malformed, [place, message]) { _ = try file.rows(count: 2, width: 2, names: ["a", "b"]) }
    }

    @Test
    func anEmptyFieldAndNanAreMissingFeaturesWhereTheModelTakesThem() throws {
        let file = try Self.file("1,\n , nan\nNaN,0.5\n")
        let rows = try file.rows(count: 3, width: 2) { _ in true }
        #expect(rows.map { $0.isNaN ? nil : $0 } == [1, nil, nil, nil, nil, 0.5])
        #expect(rows.filter(\.isNaN).allSatisfy { $0.bitPattern == Float.nan.bitPattern })
        // A first row without any number is a row, and names are a header.
        #expect(try Self.file("a,b\n,\n").rows(count: 1, width: 2, names: ["a", "b"]) { _ in true }.count == 2)
        #expect(try Self.file(",\n").rows(count: 1, width: 2, names: ["a", "b"]) { _ in true }.count == 2)
        expectDataError(.malformed, ["in.csv:1:", "feature 1 (b): ''", "takes no row without it"]) {
            _ = try file.rows(count: 3, width: 2, names: ["a", "b"]) { $0 == 0 }
        }
        for text in ["inf,1\n", "1,-inf\n", "1,1e39\n", "1,nano\n"] {
            expectDataError(.malformed, ["in.csv:1:", "is not a finite number"]) {
                _ = try Self.file(text).rows(count: 1, width: 2) { _ in true }
            }
        }
    }

    @Test
    func naNOfFloat32IsAMissingFeatureWhateverItsBits() throws {
        let directory = try TemporaryDirectory()
        let bytes: [UInt8] = [0, 0, 128, 63, 52, 18, 192, 255]
        try directory.write("rows.f32", String(bytes.map { Character(UnicodeScalar($0)) }), encoding: .isoLatin1)
        let file = try FeatureFile(path: directory.file("rows.f32"))
        let rows = try file.rows(count: 2, width: 1) { _ in true }
        #expect(rows.map(\.bitPattern) == [Float(1).bitPattern, Float.nan.bitPattern])
        expectDataError(.malformed, ["feature 0 (a) of row 1 is nan", "takes no row without it"]) {
            _ = try file.rows(count: 2, width: 1, names: ["a"])
        }
    }

    @Test
    func aFileThatIsNotThereIsUnreadable() {
        expectDataError(.unreadable, ["/nonexistent"]) { _ = try FeatureFile(path: "/nonexistent") }
    }
}
