import Testing
import ZMQ

@Suite("Library version")
struct LibraryVersionTests {
    @Test func hasTheStableAPI() {
        let version = LibraryVersion.linked
        #expect(version.major == 4)
        #expect(version.minor >= 3)
        #expect(version.description == "\(version.major).\(version.minor).\(version.patch)")
    }
}
