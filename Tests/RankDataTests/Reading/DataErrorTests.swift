import Foundation
import RankData
import TestSupport
import Testing

@Suite("DataError")
struct DataErrorTests {
    @Test
    func keepsControlCharactersAndEndlessTextOfAForeignFileOutOfItsMessage() throws {
        let header = "a:token\t" + "\u{1B}[2J\u{9B}" + String(repeating: "x", count: 100_000) + ":token\n"
        let directory = try Samples.recBole(inter: header)
        let error = #expect(throws: DataError.self) { try DataSet.load(directory: directory.path) }
        let message = try #require(error?.message)
        #expect(message.contains("no column user_id"))
        #expect(message.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) })
        #expect(message.unicodeScalars.count <= 2_001)
        #expect(error.map { "\($0)" } == message)
    }

    @Test
    func refusesAFileThatIsTooLargeForMemoryBeforeItReadsIt() throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write("pairs.csv", "1,2\n")
        let file = try #require(FileHandle(forWritingAtPath: path))
        try file.truncate(atOffset: 1 << 40)
        try file.close()
        let error = #expect(throws: DataError.self) { try PairList.load(path: path) }
        #expect(error?.code == .unreadable)
        #expect(error?.message.hasPrefix("\(path): more than 2147483648 bytes") == true)
    }
}
