import RankCore
import Testing

@Suite struct ModelIDTests {
    @Test func readsAndWritesHex() throws {
        let id = try #require(ModelID(hex: "00112233445566778899AABBCCDDEEFF"))
        #expect(id.hex == "00112233445566778899aabbccddeeff")
        #expect(id.bytes == (0..<16).map { UInt8($0 * 0x11) })
        #expect(ModelID(bytes: id.bytes) == id)
        #expect(ModelID.unspecified.hex == String(repeating: "0", count: 32))
    }

    @Test(arguments: ["", "00", "zz112233445566778899aabbccddeeff", "00112233445566778899aabbccddeeff0"])
    func refusesOtherText(_ text: String) {
        #expect(ModelID(hex: text) == nil)
    }

    @Test(arguments: [0, 15, 17])
    func refusesOtherLengths(_ count: Int) {
        #expect(ModelID(bytes: [UInt8](repeating: 0, count: count)) == nil)
    }

    @Test func takesTheStartOfADigest() {
        let digest = (1...32).map { UInt8($0) }
        #expect(ModelID(digest: digest).bytes == Array(digest.prefix(16)))
        #expect(ModelID(digest: digest.prefix(3)).bytes == [1, 2, 3] + [UInt8](repeating: 0, count: 13))
    }
}
