import Foundation
import TestSupport
import Testing

/// Runs `scripts/setup` on a pretended machine: a PATH with a few real tools and the given pretended ones.
@Suite("scripts/setup", .timeLimit(.minutes(5)))
struct SetupTests {
    private static let swift = "echo 'Swift version 6.2 (swift-6.2-RELEASE)'"
    private static let user = "echo 1000"

    private func setup(_ tools: [String: String]) throws -> (run: Script, directory: TemporaryDirectory) {
        let directory = try TemporaryDirectory()
        let files = FileManager.default
        for tool in ["bash", "cat", "dirname", "grep", "head", "sed"] {
            let real = try #require(["/usr/bin/", "/bin/"].map { $0 + tool }.first { files.fileExists(atPath: $0) })
            try files.createSymbolicLink(atPath: directory.path + "/" + tool, withDestinationPath: real)
        }
        for (tool, body) in tools {
            let path = try directory.write(tool, "#!/bin/bash\n\(body)\n")
            try files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        }
        let log = directory.path + "/log"
        let environment = ["PATH": directory.path, "LOG": log]
        return (try Script("/bin/bash", "scripts/setup", [], environment: environment), directory)
    }

    @Test
    func asksForASwiftToolchainOf62OrLater() throws {
        let none = try setup([:]).run
        #expect(none.status == 69)
        #expect(none.output.contains("no swift on the PATH"))
        for version in ["6.1.2", "5.10", "6.0"] {
            let old = try setup(["swift": "echo 'Swift version \(version) (swift-\(version)-RELEASE)'"]).run
            #expect(old.status == 69)
            #expect(old.output.contains("too old") && old.output.contains("6.2"))
        }
        let broken = try setup(["swift": "exit 1"]).run
        #expect(broken.status == 69)
        #expect(broken.output.contains("does not work"))
    }

    @Test(arguments: ["6.2", "6.3.1", "6.10", "7.0-dev"])
    func acceptsLaterToolchains(_ version: String) throws {
        let run = try setup(["swift": "echo 'Apple Swift version \(version) (x)'"]).run
        #expect(run.output.contains("no python3"))
    }

    @Test
    func saysWhatIsMissingWhereThereIsNoAptOrNoRightToUseIt() throws {
        let run = try setup(["swift": Self.swift, "python3": "exit 0", "id": Self.user]).run
        #expect(run.status == 69)
        #expect(run.output.contains("no apt-get") && run.output.contains("git"))
        let helpless = try setup(["swift": Self.swift, "python3": "exit 0", "id": Self.user, "apt-get": ""]).run
        #expect(helpless.status == 69)
        #expect(helpless.output.contains("neither root nor sudo") && helpless.output.contains("git"))
    }

    @Test
    func updatesAndInstallsThroughSudoAndOnlyWhatIsMissing() throws {
        let tools = [
            "swift": Self.swift, "python3": "exit 0", "id": Self.user, "apt-get": "echo \"apt-get $*\" >>\"$LOG\"",
            "sudo": "echo sudo >>\"$LOG\"; exec \"$@\"", "env": "shift; exec \"$@\"", "dpkg-query": "echo installed",
        ]
        let (run, directory) = try setup(tools)
        #expect(run.status == 0, "\(run.output)")
        let log = try String(contentsOfFile: directory.path + "/log", encoding: .utf8).split(separator: "\n")
        #expect(log.count == 4)
        #expect(log.first == "sudo")
        #expect(log.count == 4 && log[1].hasPrefix("apt-get update"))
        #expect(log.count == 4 && log[3].hasPrefix("apt-get install") && log[3].hasSuffix(" git"))
    }

    @Test
    func touchesNothingWhenAllIsThere() throws {
        let tools = [
            "swift": Self.swift, "python3": "exit 0", "git": "", "dpkg-query": "echo installed",
            "apt-get": "echo called >\"$LOG\"",
        ]
        let (run, directory) = try setup(tools)
        #expect(run.status == 0, "\(run.output)")
        #expect(!directory.names.contains("log"))
    }

    @Test
    func endsWhenAptGetFails() throws {
        let run = try setup(["swift": Self.swift, "python3": "exit 0", "id": "echo 0", "apt-get": "exit 100"]).run
        #expect(run.status == 69)
        #expect(run.output.contains("apt-get update failed"))
    }
}
