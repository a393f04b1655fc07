import Foundation
import SystemPackage
import TestSupport
import Testing

/// `rank-client` with what a careless or hostile user gives it: a code and a line that says what to do, never a hang,
/// never a signal.
@Suite("rank-client: bad input", .timeLimit(.minutes(5)))
struct BadInputTests {
    private static let question = ["--user", "1", "--items", "1", "--deadline", "20s"]

    @Test
    func howeverFewDescriptorsThereAreTheClientSaysSoOrWorks() async throws {
        try await withTemporaryDirectory { directory in
            let model = try TestModel.write(in: directory)
            try await withWorkers(2, options: ["--model", model], in: directory) { workers in
                let list = workers.map(\.endpoint).joined(separator: ",")
                var answers = 0
                var refusals = 0
                for limit in 4...40 {
                    let command =
                        "ulimit -n \(limit) && exec '\(Programs.path("rank-client"))' rank --workers '\(list)' "
                    let outcome = try await run(
                        FilePath("/bin/sh"),
                        ["-c", command + Self.question.joined(separator: " ")]
                    )
                    switch outcome.exitCode {
                    case 0: answers += 1
                    case 69:
                        refusals += 1
                        #expect(outcome.errors.contains("RESOURCE_EXHAUSTED"), "\(limit): \(outcome.errors)")
                        #expect(outcome.errors.contains("ulimit -n"), "\(limit): \(outcome.errors)")
                    default:
                        // Below this the program itself cannot be loaded.
                        #expect(limit < 6, "\(limit): \(outcome)")
                    }
                }
                #expect(answers > 0 && refusals > 0)
            }
        }
    }

    @Test
    func of300EndpointsOneIsAliveWithNoneTheErrorIsALineThatCanBeRead() async throws {
        try await withTemporaryDirectory { directory in
            let model = try TestModel.write(in: directory)
            let dead = (0..<300).map { "ipc://\(directory)/none-\($0)" }.joined(separator: ",")
            let none = try await run("rank-client", ["rank", "--workers", dead] + Self.question)
            #expect(none.exitCode == 69)
            #expect(none.errors.contains("and 297 more: connection refused"), "\(none.errors)")
            #expect(none.errors.utf8.count < 1_000)
            let all = try await run("rank-client", ["info", "--workers", dead, "--deadline", "20s"])
            #expect(all.exitCode == 69)
            #expect(all.errors.contains("300 of 300 workers did not answer"))
            #expect(all.errors.utf8.count < 1_000)
            try await withWorkers(1, options: ["--model", model], in: directory) { workers in
                let list = "\(dead),\(workers[0].endpoint)"
                let outcome = try await run(
                    "rank-client",
                    ["rank", "--workers", list, "--format", "csv"] + Self.question
                )
                #expect(outcome.exitCode == 0, "\(outcome.errors)")
                #expect(outcome.output.split(separator: "\n").count == 2)
            }
        }
    }

    @Test
    func anEndpointThatIsListedTwiceCountsOnce() async throws {
        try await withTemporaryDirectory { directory in
            let model = try TestModel.write(in: directory)
            try await withWorkers(1, options: ["--model", model], in: directory) { workers in
                let list = [workers[0].endpoint, workers[0].endpoint].joined(separator: ",")
                let outcome = try await run("rank-client", ["status", "--workers", list, "--deadline", "20s"])
                #expect(outcome.exitCode == 0, "\(outcome.errors)")
                #expect(outcome.output.split(separator: "\n").count == 2)
            }
        }
    }

    @Test(arguments: [
        (["--workers", ""], 64, "endpoint 1 of the list is empty"),
        (["--workers", "tcp://127.0.0.1:1", "--deadline", "0ms"], 64, "--deadline is 0"),
        (["--workers", "file:/nonexistent/workers"], 69, "No such file or directory"),
        (["--workers", "file:/tmp"], 69, "is no regular file"),
        (["--workers", "file:/bin/sh"], 69, "line 1"),
        (["--workers", "dns://host.invalid:7000"], 69, "cannot resolve host.invalid"),
        (["--workers", "ipc:///tmp"], 69, "connection refused"),
    ]
    )
    func listsFilesAndDeadlinesThatMakeNoSense(_ arguments: [String], _ exitCode: Int32, _ text: String) async throws {
        let patience = arguments.contains("--deadline") ? [] : ["--deadline", "20s"]
        let outcome = try await run("rank-client", ["rank", "--user", "1", "--items", "1"] + arguments + patience)
        #expect(outcome.exitCode == exitCode, "\(outcome.errors)")
        #expect(outcome.errors.contains(text), "\(outcome.errors)")
        #expect(outcome.errors.unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 0x20 })
        #expect(outcome.errors.utf8.count < 2_000)
    }

    @Test
    func aNamedPipeInsteadOfAFileOfEndpointsDoesNotStopTheClient() async throws {
        try await withTemporaryDirectory { directory in
            let path = "\(directory)/pipe"
            #expect(mkfifo(path, 0o600) == 0)
            let outcome = try await run("rank-client", ["rank", "--workers", "file:\(path)"] + Self.question)
            #expect(outcome.exitCode == 69)
            #expect(outcome.errors.contains("is no regular file"), "\(outcome.errors)")
        }
    }
}
