import RankEngine
import TestSupport
import Testing

@Suite("SafetensorsHeader")
struct SafetensorsHeaderTests {
    @Test func readsTensorsInTheOrderOfTheirBytes() throws {
        let text = """
            { "b" : {"data_offsets":[4,12],"dtype":"I16","shape":[2,2]},
            \t"__metadata__":{"k\\u00e9y":"\\ud83d\\ude00\\n"},
            "a":{"dtype":"F32","shape":[],"data_offsets":[0,4]},
            "none":{"dtype":"U8","shape":[0,7],"data_offsets":[12,12]} }
            """
        let header = try parse(framed(text, body: [UInt8](repeating: 0, count: 12)))
        #expect(header.tensors.map(\.name) == ["a", "b", "none"])
        #expect(header.tensors[1].shape == [2, 2])
        #expect(header.tensors[1].count == 4)
        #expect(header.metadata == ["k\u{e9}y": "\u{1F600}\n"])
        #expect(header.metadataRanges.isEmpty)
    }

    private static func tensor(_ shape: String, _ offsets: String, type: String = "U8") -> String {
        "{\"a\":{\"dtype\":\"\(type)\",\"shape\":\(shape),\"data_offsets\":\(offsets)}}"
    }

    @Test(
        arguments: [
            "", "[]", "null", "{", "{}x", "{} {}", "{\"a\":1}", "{\"a\"}", "{\"a\":{}}", "{,}", "{\"a\":{},}",
            tensor("[4]", "[0,4]", type: "F8"), tensor("[2]", "[0,4]"), tensor("[8]", "[0,8]"), tensor("[4]", "[4,0]"),
            tensor("[4]", "[0]"), tensor("[4]", "[0,4,4]"), tensor("4", "[0,4]"), tensor("[4,]", "[0,4]"),
            tensor("[-4]", "[0,4]"), tensor("[4.0]", "[0,4]"), tensor("[4e0]", "[0,4]"), tensor("[04]", "[0,4]"),
            tensor("[+4]", "[0,4]"), tensor("[\"4\"]", "[0,4]"), tensor("[99999999999999999999]", "[0,4]"),
            tensor("[4]", "[0,9223372036854775807]"), tensor("[4]", "[9223372036854775807,9223372036854775807]"),
            tensor("[4294967296,4294967296]", "[0,0]"), tensor("[9223372036854775807,2]", "[0,4]"),
            tensor("[4611686018427387904]", "[0,0]", type: "F64"), tensor("[1,1,1,1,1,1,1,1,4]", "[0,4]"),
            tensor("[3]", "[1,4]"), tensor("[3]", "[0,3]"),
            "{\"a\":{\"dtype\":\"U8\",\"shape\":[4]}}",
            "{\"a\":{\"dtype\":\"U8\",\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]}}",
            "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4],\"x\":1}}",
            "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]},"
                + "\"a\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[4,4]}}",
            "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]},"
                + "\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[2,4]}}",
            "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},"
                + "\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[2,4]}}",
            "{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}}", "{\"__metadata__\":{\"a\":1}}", "{\"__metadata__\":[]}",
            "{\"__metadata__\":{},\"__metadata__\":{}}",
            "{\"\\x\":0}", "{\"\\u12\":0}", "{\"\\ud800\":0}", "{\"\\ud800\\u0041\":0}", "{\"\\udc00\":0}",
            "{\"\u{1}\":0}",
            "{\"a",
        ]
    )
    func refuses(_ text: String) {
        #expect(engineError { _ = try parse(framed(text, body: [0, 0, 0, 0])) }?.code == .modelRefused)
    }

    @Test(arguments: ["[", "{\"a\":"])
    func refusesDepthInAFewWords(_ level: String) {
        let deep = String(repeating: level, count: 20_000)
        #expect(engineError { _ = try parse(framed(deep)) }?.code == .modelRefused)
        let name = "{\"\(String(repeating: "x", count: 100_000))\":{}}"
        let error = engineError { _ = try parse(framed(name)) }
        #expect((1...1100).contains(error?.message.count ?? 0))
    }

    private static let lengths: [UInt64] = [
        0, 1, 57, 0x100_0000, 0x100_0001, 0x8000_0000, 0x1_0000_0000, 0x8000_0000_0000_0000, .max - 7, .max,
    ]

    @Test(arguments: lengths)
    func refusesTheLength(_ length: UInt64) {
        let file = littleEndian(length) + [UInt8](repeating: 0x20, count: 56)
        #expect(engineError { _ = try parse(file) }?.code == .modelRefused)
    }

    @Test func refusesWhatIsNotUTF8() {
        var file = framed("{\"__metadata__\":{\"a\":\"?\"}}")
        for index in file.indices where file[index] == UInt8(ascii: "?") { file[index] = 0xC3 }
        let error = engineError { _ = try parse(file) }
        #expect(error?.message.contains("UTF-8") == true)
    }

    @Test func anyByteOfAHeaderMayChangeWithoutATrap() throws {
        let file = try Array(readFile("\(fixtures)/model/dot_only.rank"))
        let length = try 8 + parse(file).tensors[0].bytes.lowerBound
        for index in 0..<min(length, file.count) {
            for value in [UInt8(0), 0x22, 0x2C, 0x39, 0x5B, 0x5C, 0x7B, 0x7D, 0xFF] {
                var changed = file
                changed[index] = value
                _ = try? parse(changed)
            }
        }
    }

    private func parse(_ file: [UInt8]) throws -> SafetensorsHeader {
        try file.withUnsafeBytes { try SafetensorsHeader(file: $0) }
    }
}
