import Foundation
import TestSupport
import Testing

@Suite("tools/fetch-movielens", .timeLimit(.minutes(5)))
struct FetchMovieLensTests {
    /// Runs it where neither GroupLens nor a package index is in reach: the proxy refuses, the index is off.
    private func fetch(_ arguments: [String]) throws -> Script {
        let variables = ProcessInfo.processInfo.environment
        return try Script(
            "/usr/bin/env",
            "tools/fetch-movielens",
            arguments,
            environment: [
                "PATH": variables["PATH"] ?? "/usr/bin:/bin", "HOME": variables["HOME"] ?? "/",
                "https_proxy": "http://127.0.0.1:1", "PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": "/dev/null",
            ]
        )
    }

    @Test
    func saysWithStatus69ThatNoSourceIsInReachAndLeavesNothingBehind() throws {
        let directory = try TemporaryDirectory()
        for arguments in [[], ["--from", "/nowhere.zip"]] {
            let run = try fetch([directory.path + "/data"] + arguments)
            #expect(run.status == 69, "\(run.output)")
            #expect(run.output.contains("no source of MovieLens-100k is in reach"))
            #expect(run.output.contains("files.grouplens.org") && run.output.contains("recbole==1.2.1"))
            #expect(run.output.contains("/nowhere.zip") != arguments.isEmpty)
        }
        #expect(directory.names.isEmpty)
    }

    @Test
    func refusesWithStatus65WhatIsNotTheGenuineData() throws {
        let directory = try TemporaryDirectory()
        let forged = try Samples.movieLens().path
        let halved = try Samples.movieLens(item: nil).path
        let notAZip = try directory.write("data.zip", "PK, or so it says")
        for (path, reason) in [(forged, "SHA-256"), (halved, "holds neither"), (notAZip, "not a readable zip")] {
            let run = try fetch([directory.path + "/data", "--from", path])
            #expect(run.status == 65, "\(run.output)")
            #expect(run.output.contains(reason), "\(run.output)")
        }
        #expect(directory.names == ["data.zip"])
    }

    @Test
    func refusesAnArchiveOfAnotherCompressionOrWithDamagedNamesWithoutATraceback() throws {
        let directory = try TemporaryDirectory()
        let write = """
            import sys, zipfile
            for name, method in (("lzma", zipfile.ZIP_LZMA), ("name", zipfile.ZIP_STORED)):
                with zipfile.ZipFile(f"{sys.argv[1]}/{name}.zip", "w", method) as archive:
                    archive.writestr("\u{e9}/u.data", b"1\t2\t3\t4\\n" * 100)
            path = f"{sys.argv[1]}/name.zip"
            data = open(path, "rb").read().replace("\u{e9}".encode(), b"\\xff\\xff")
            open(path, "wb").write(data)
            """
        let script = try directory.write("write.py", write)
        let process = try Process.run(URL(filePath: "/usr/bin/env"), arguments: ["python3", script, directory.path])
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        for (archive, reason) in [("lzma.zip", "compressed by method 14"), ("name.zip", "codec can't decode")] {
            let run = try fetch([directory.path + "/data", "--from", directory.path + "/" + archive])
            #expect(run.status == 65, "\(run.output)")
            #expect(run.output.contains(reason) && !run.output.contains("Traceback"), "\(run.output)")
        }
    }

    @Test
    func leavesADirectoryAloneThatHoldsSomethingElse() throws {
        let directory = try TemporaryDirectory()
        try directory.write("thesis.txt", "mine")
        let run = try fetch([directory.path])
        #expect(run.status == 73)
        #expect(run.output.contains("thesis.txt"))
        #expect(directory.names == ["thesis.txt"])
        let file = directory.path + "/thesis.txt"
        #expect(try fetch([file]).status == 73)
        #expect(try fetch([file + "/below"]).status != 0)
    }

    @Test
    func explainsWrongUsageWithStatus64() throws {
        #expect(try fetch(["--form", "x"]).status == 64)
        #expect(try fetch(["--help"]).status == 0)
    }

    @Test(.enabled(if: Data.isThere))
    func copiesTheGenuineDataRepairsADamagedCopyAndIsContentWithAGoodOne() throws {
        let directory = try TemporaryDirectory()
        let target = directory.path + "/ml-100k"
        #expect(try fetch([target, "--from", Data.path]).status == 0)
        let again = try fetch([target])
        #expect(again.status == 0)
        #expect(again.output.contains("is there"))
        let names = try FileManager.default.contentsOfDirectory(atPath: target)
        let damaged = target + "/" + (try #require(names.first))
        try "cut".write(toFile: damaged, atomically: true, encoding: .utf8)
        #expect(try fetch([target]).status == 69)
        #expect(try String(contentsOfFile: damaged, encoding: .utf8) == "cut")
        #expect(try fetch([target, "--from", Data.path]).status == 0)
        #expect(try FileManager.default.contentsOfDirectory(atPath: target).sorted() == names.sorted())
        #expect(directory.names == ["ml-100k"])
    }

    private enum Data {
        static let path = Script.repository.appendingPathComponent("data/ml-100k").path
        static let isThere = FileManager.default.fileExists(atPath: path)
    }
}
