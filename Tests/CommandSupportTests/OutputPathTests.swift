import CommandSupport
import Foundation
import Testing

@Suite struct OutputPathTests {
    private func directory() throws -> String {
        let url = FileManager.default.temporaryDirectory.appending(path: "rank-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        return url.path()
    }

    @Test func aWritablePathIsAcceptedAndLeftAsItWas() throws {
        let directory = try directory()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let path = "\(directory)/model"
        try #require(OutputPath(argument: path)).requireWritable()
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == [])
        try "old".write(toFile: path, atomically: false, encoding: .utf8)
        try #require(OutputPath(argument: path)).requireWritable()
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["model"])
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "old")
    }

    @Test func anUnwritablePathIsRefusedWithTheReason() throws {
        let directory = try directory()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try expectRefusal(of: directory, "is a directory")
        try expectRefusal(of: "\(directory)/missing/model", "No such file or directory")
        try "".write(toFile: "\(directory)/file", atomically: false, encoding: .utf8)
        try expectRefusal(of: "\(directory)/file/model", "Not a directory")
        #expect(OutputPath(argument: "") == nil)
    }

    /// A file is written under a longer name, and then given its own.
    @Test func aNameThatLeavesNoRoomIsFoundBeforeTheWork() throws {
        let directory = try directory()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let path = "\(directory)/" + String(repeating: "n", count: 240)
        try "".write(toFile: path, atomically: false, encoding: .utf8)
        try expectRefusal(of: path, "choose a shorter name")
        let short = "\(directory)/" + String(repeating: "n", count: 200)
        try #require(OutputPath(argument: short)).requireWritable()
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory).count == 1)
    }

    @Test func standardOutputIsNoFile() throws {
        let failure = #expect(throws: CommandFailure.self) {
            try #require(OutputPath(argument: "-")).requireWritable(option: "--report")
        }
        #expect(failure?.status == .usage && failure?.message.hasPrefix("--report -: ") == true)
    }

    @Test func whatIsReadIsNotWrittenOver() throws {
        let directory = try directory()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let (input, link) = ("\(directory)/input", "\(directory)/link")
        try "data".write(toFile: input, atomically: false, encoding: .utf8)
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: input)
        let inputs: [(option: String, path: String?)] = [
            ("--resume", nil), ("--split", "\(directory)/missing"), ("--data", input),
        ]
        for path in [input, link, "\(directory)/./input"] {
            let output = try #require(OutputPath(argument: path))
            let failure = #expect(throws: CommandFailure.self) {
                try output.requireOther(than: inputs, option: "--report")
            }
            #expect(failure?.status == .usage)
            #expect(failure?.message.contains("--report") == true && failure?.message.contains("--data") == true)
        }
        try "data".write(toFile: "\(directory)/other", atomically: false, encoding: .utf8)
        for name in ["other", "new"] {
            try #require(OutputPath(argument: "\(directory)/\(name)")).requireOther(than: inputs)
        }
    }

    @Test func twoNamesOfOneFileAreEqual() throws {
        let directory = try directory()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try FileManager.default.createDirectory(atPath: "\(directory)/one", withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            atPath: "\(directory)/two",
            withDestinationPath: "\(directory)/one"
        )
        let path = OutputPath(argument: "\(directory)/one/model")
        for name in ["one/./model", "one//model", "two/model", "one/../one/model", "two/../one/model"] {
            #expect(OutputPath(argument: "\(directory)/\(name)") == path, "\(name)")
        }
        for name in ["one/other", "model", "three/model"] {
            #expect(OutputPath(argument: "\(directory)/\(name)") != path, "\(name)")
        }
        #expect(OutputPath(argument: "model") == OutputPath(argument: "./model"))
        #expect(
            OutputPath(argument: "model") == OutputPath(argument: FileManager.default.currentDirectoryPath + "/model")
        )
        #expect(OutputPath(argument: "missing/./model") == OutputPath(argument: "missing/model"))
    }

    /// Before the work whose result would be lost.
    @Test func aDeviceIsRefused() throws {
        let directory = try directory()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        #expect(mkfifo("\(directory)/pipe", 0o600) == 0)
        try expectRefusal(of: "\(directory)/pipe", "not a regular file")
        // As /dev/stdout is one, whatever standard output is: a file in its place would stay there.
        try "".write(toFile: "\(directory)/file", atomically: false, encoding: .utf8)
        let descriptor = open("\(directory)/file", O_RDONLY)
        defer { close(descriptor) }
        let links = ["stdout": "/proc/self/fd/\(descriptor)", "link": "\(directory)/file"]
        for (name, target) in links {
            try FileManager.default.createSymbolicLink(
                atPath: "\(directory)/\(name)",
                withDestinationPath: target
            )
        }
        try expectRefusal(of: "\(directory)/stdout", "not a regular file")
        try #require(OutputPath(argument: "\(directory)/link")).requireWritable()
    }

    private func expectRefusal(of path: String, _ reason: String) throws {
        let output = try #require(OutputPath(argument: path))
        for option in ["--output", "--report"] {
            let failure = #expect(throws: CommandFailure.self) { try output.requireWritable(option: option) }
            #expect(failure?.status == .cannotCreate)
            #expect(failure?.message.contains("\(option) \(path)") == true, "\(failure?.message ?? "")")
            #expect(failure?.message.contains(reason) == true, "\(failure?.message ?? "")")
        }
    }
}
