import RankSystem
import TestSupport
import Testing

@Suite("Files")
struct FileTests {
    private typealias Output = BufferedFile<SystemError>

    @Test func aFileIsReadWhole() throws {
        let directory = try TemporaryDirectory()
        let path = joinPath(directory.path, "text")
        try AtomicFile<SystemError>.replace(path: path, with: "three words long")
        #expect(try FileReader.read(path, limit: 16) == Array("three words long".utf8))
        #expect(FileReader.head(of: path, count: 5) == Array("three".utf8))
        #expect(try FileKind(of: path) == .file && FileKind(of: directory.path) == .directory)
        #expect(try DirectoryListing.names(in: directory.path) == ["text"])
        let error = #expect(throws: SystemError.self) { try FileReader.read(path, limit: 15) }
        #expect(error?.message == "\(path): more than 15 bytes; expected a smaller file")
    }

    @Test func aMissingFileIsNamedWithTheSystemsReason() throws {
        let directory = try TemporaryDirectory()
        let path = joinPath(directory.path, "none")
        #expect(try FileKind(of: path) == nil)
        #expect(FileReader.head(of: path, count: 5) == [])
        let error = #expect(throws: SystemError.self) { try FileReader.read(path, limit: 1) }
        #expect(error?.code == .unreadable && error?.call == "open" && error?.path == path)
        #expect(error?.message == "\(path): \(SystemCall.text(of: ENOENT))" && error?.errorNumber == ENOENT)
        let listing = #expect(throws: SystemError.self) { try DirectoryListing.names(in: path) }
        #expect(listing?.call == "opendir")
    }

    @Test func aFailureHalfwayLeavesTheOldFile() throws {
        let directory = try TemporaryDirectory()
        let path = joinPath(directory.path, "text")
        try AtomicFile<SystemError>.replace(path: path, with: "old")
        let failure = SystemError(.system, "halfway")
        let error = #expect(throws: SystemError.self) {
            try AtomicFile.replace(path: path) { (_) throws(SystemError) in throw failure }
        }
        #expect(error == failure)
        #expect(try FileReader.read(path, limit: 3) == Array("old".utf8))
        #expect(try DirectoryListing.names(in: directory.path) == ["text"])
        let refused = #expect(throws: SystemError.self) {
            try AtomicFile<SystemError>.replace(path: directory.path, with: "")
        }
        #expect(refused?.message == "\(directory.path) is a directory; give the name of a file in it")
    }

    @Test func aDirectoryAppearsWholeOrNotAtAll() throws {
        let directory = try TemporaryDirectory()
        let path = joinPath(directory.path, "above/set/")
        let failure = SystemError(.system, "halfway")
        let error = #expect(throws: SystemError.self) {
            try AtomicDirectory.write(path, ["a", "b"]) { (name: String, file: inout Output) throws(SystemError) in
                try file.write("first".utf8)
                if name == "b" { throw failure }
            }
        }
        #expect(error == failure)
        #expect(try DirectoryListing.names(in: directory.path) == [])
        try AtomicDirectory.write(path, ["a", "b"]) { (name: String, file: inout Output) throws(SystemError) in
            try file.write("\(name): ".utf8)
            try file.write(decimal: -120)
        }
        #expect(try DirectoryListing.names(in: path) == ["a", "b"])
        #expect(try FileReader.read(joinPath(path, "b"), limit: 99) == Array("b: -120".utf8))
        let refused = #expect(throws: SystemError.self) {
            try AtomicDirectory.write(path, []) { (_: String, _: inout Output) throws(SystemError) in }
        }
        #expect(refused?.message.hasSuffix("exists and is not empty; remove it or write elsewhere") == true)
    }
}
