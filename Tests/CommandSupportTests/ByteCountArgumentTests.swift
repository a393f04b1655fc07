import CommandSupport
import Testing

@Suite struct ByteCountArgumentTests {
    @Test(arguments: [
        ("0", 0), ("1024", 1_024), ("65536", 65_536), ("512K", 512 << 10), ("64M", 64 << 20), ("2G", 2 << 30),
        ("007K", 7 << 10),
    ])
    func reads(_ text: String, _ count: Int) {
        #expect(ByteCountArgument(argument: text)?.byteCount == count)
    }

    @Test(arguments: [
        "", "K", "1", "1023", "-1M", "+1M", "1 M", "1.5M", "64k", "64MB", "1T", "9223372036854775808",
        "9007199254740992K",
    ])
    func refuses(_ text: String) {
        #expect(ByteCountArgument(argument: text) == nil)
    }

    @Test func describesADefaultAsABareNumber() {
        #expect(ByteCountArgument(1 << 20).defaultValueDescription == "1048576")
    }
}
