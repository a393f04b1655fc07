import Foundation
import RankEngine
import RankProtocol
import Subprocess
import SystemPackage
import TestSupport
import Testing
import ZMQ

/// `rank-worker` as a process: what it refuses, and how it starts and ends.
@Suite("rank-worker", .timeLimit(.minutes(5)))
struct RankWorkerTests {
    @Test(arguments: [
        (["serve", "--model", "MODEL"], "--bind"),
        (["serve", "--bind", "ipc:///tmp/x"], "--model"),
        (["serve", "--ranker", "null", "--model", "MODEL", "--bind", "ipc:///tmp/x"], "--ranker null"),
        (["serve", "--model", "MODEL", "--cost-per-candidate", "1us", "--bind", "ipc:///tmp/x"], "--ranker null"),
        (
            ["serve", "--ranker", "null", "--cost-per-candidate", "2s", "--bind", "ipc:///tmp/x"],
            "--cost-per-candidate is 2s"
        ),
        (["serve", "--ranker", "null", "--copy-weights", "--bind", "ipc:///tmp/x"], "--copy-weights"),
        (["serve", "--plugin", "lib.so", "--model", "MODEL", "--bind", "ipc:///tmp/x"], "--plugin brings"),
        (["serve", "--plugin", "lib.so", "--ranker", "null", "--bind", "ipc:///tmp/x"], "--plugin brings"),
        (["serve", "--plugin", "lib.so", "--plan", "direct", "--bind", "ipc:///tmp/x"], "not with --plugin"),
        (["serve", "--plugin", "lib.so:m?damping", "--bind", "ipc:///tmp/x"], "is no option=value"),
        (["serve", "--plugin", ":m", "--bind", "ipc:///tmp/x"], "names no library"),
        (["serve", "--model", "MODEL", "--bind", "7000"], "7000"),
        (["serve", "--model", "MODEL", "--bind", "inproc://here"], "inproc://here"),
        (["serve", "--model", "MODEL", "--connect", "inproc://here"], "inproc://here"),
        (["serve", "--model", "MODEL", "--bind", "tcp://127.0.0.1:99999"], "99999"),
        (["serve", "--model", "MODEL", "--connect", "tcp://127.0.0.1:*"], "tcp://127.0.0.1:*"),
        (["serve", "--model", "MODEL", "--bind", "tcp://0.0.0.0:7000"], "--insecure"),
        (["serve", "--model", "MODEL", "--model-dir", "/tmp", "--bind", "ipc:///tmp/x"], "not both"),
        (["serve", "--model", "MODEL", "--bind", "ipc:///tmp/x", "--admin", "9000"], "admin"),
        (["serve", "--model", "MODEL", "--bind", "ipc:///tmp/x", "--drain-grace", "1m"], "--drain-max"),
        (["serve", "--model", "MODEL", "--bind", "ipc:///tmp/x", "--processes", "0"], "--processes"),
        (["serve", "--model", "MODEL", "--bind", "ipc:///tmp/x", "--plan", "fast"], "user-once"),
        (["serve", "--model", "MODEL", "--bind", "ipc:///tmp/x", "--kernel", "fast"], "scalar"),
        (["serve", "--model", "MODEL", "--bind", "ipc:///tmp/x", "--max-message", "12"], "12 bytes"),
        (["serve", "--model", "MODEL", "--bind", "ipc:///tmp/x", "--max-message", "1 MB"], "--max-message"),
        (
            ["serve", "--model", "MODEL", "--bind", "ipc:///tmp/x", "--memory-budget", "99999999999G"],
            "--memory-budget"
        ),
        (["serve", "--model", "MODEL", "--bind", "ipc:///tmp/x", "--frobnicate"], "--frobnicate"),
        (["serve", "--model", "MODEL", "--bnd", "ipc:///tmp/x"], "'--bnd'"),
        (["serve", "--modle", "MODEL", "--bind", "ipc:///tmp/x"], "'--modle'"),
    ]
    )
    func aCommandLineThatMakesNoSenseEndsWith64AndSaysWhatToDo(arguments: [String], text: String) async throws {
        try await withTemporaryDirectory { directory in
            let model = try TestModel.write(in: directory)
            let outcome = try await run("rank-worker", arguments.map { $0 == "MODEL" ? model : $0 })
            #expect(outcome.exitCode == 64)
            #expect(outcome.output.isEmpty)
            #expect(outcome.errors.hasPrefix("error: "))
            #expect(outcome.errors.contains(text), "\(outcome.errors)")
        }
    }

    @Test
    func aModelThatIsMissingEmptyCutOrChangedEndsWith65AndNothingWasBound() async throws {
        try await withTemporaryDirectory { directory in
            let model = try TestModel.write(in: directory)
            let whole = try Data(contentsOf: URL(filePath: model))
            var changed = whole
            changed[changed.count / 2] ^= 1
            let contents: [String: Data?] = [
                "missing": nil, "empty": Data(), "cut": whole.dropLast(1), "changed": changed,
                "text": Data("hello".utf8),
            ]
            let socket = "\(directory)/socket"
            for (name, content) in contents {
                let path = "\(directory)/\(name).safetensors"
                try content?.write(to: URL(filePath: path))
                let outcome = try await run("rank-worker", ["serve", "--model", path, "--bind", "ipc://\(socket)"])
                #expect(outcome.exitCode == 65, "\(name)")
                #expect(outcome.errors.contains(path), "\(outcome.errors)")
                #expect(!FileManager.default.fileExists(atPath: socket))
            }
        }
    }

    @Test(arguments: ["factored", "full"]
    )
    func aPlanWhoseTablesDoNotFitTheMemoryBudgetEndsWith65AndNamesBoth(plan: String) async throws {
        try await withTemporaryDirectory { directory in
            let model = try TestModel.write(in: directory)
            let arguments = [
                "--model", model, "--plan", plan, "--memory-budget", "4K", "--bind", "ipc://\(directory)/s",
            ]
            let outcome = try await run("rank-worker", ["serve"] + arguments)
            #expect(outcome.exitCode == 65)
            let shape = try RankModel.load(path: model).shape
            let bytes = try #require(ScoringPlan(rawValue: plan)).tableBytes(shape)
            #expect(outcome.errors.contains("the plan \(plan) needs \(bytes) bytes"), "\(outcome.errors)")
            #expect(outcome.errors.contains("the memory budget is 4096 bytes"), "\(outcome.errors)")
        }
    }

    @Test
    func anEndpointThatIsTakenOrCannotBeEndsWith69() async throws {
        try await withTemporaryDirectory { directory in
            let model = try TestModel.write(in: directory)
            try await withWorkers(1, options: ["--model", model], in: directory) { workers in
                for endpoint in [workers[0].endpoint, "ipc:///nonexistent/directory/socket"] {
                    let outcome = try await run("rank-worker", ["serve", "--model", model, "--bind", endpoint])
                    #expect(outcome.exitCode == 69)
                    #expect(outcome.errors.contains(endpoint), "\(outcome.errors)")
                }
            }
        }
    }

    @Test(arguments: [15, 2])
    func jsonTellsOneLineWhenTheWorkerIsReadySIGTERMAndSIGINTEndItWith0(signal: Int32) async throws {
        try await withTemporaryDirectory { directory in
            let model = try TestModel.write(in: directory)
            let endpoint = "ipc://\(directory)/socket"
            let outcome = try await Self.serve(
                ["--model", model, "--plan", "user-once", "--json", "--bind", endpoint, "tcp://127.0.0.1:*"],
                in: directory,
                end: [signal]
            )
            #expect(outcome.exitCode == 0)
            let line = try #require(outcome.output.split(separator: "\n").first)
            #expect(outcome.output == "\(line)\n")
            let object = try #require(
                try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            )
            #expect(object["state"] as? String == "ready")
            #expect(object["plan"] as? String == "user-once")
            #expect((object["model_id"] as? String)?.count == 32)
            let endpoints = try #require(object["endpoints"] as? [String])
            #expect(endpoints.count == 2 && endpoints[0] == endpoint)
            #expect(endpoints[1].hasPrefix("tcp://127.0.0.1:") && !endpoints[1].hasSuffix("*"))
            let log = outcome.errors.split(separator: "\n")
            #expect(log.count == 2)
            #expect(log[0].hasPrefix("rank-worker: ready: "))
            #expect(log[1].hasPrefix("rank-worker: ended: 0 requests"))
        }
    }

    @Test
    func aSecondSignalEndsTheWorkerAtOnce() async throws {
        try await withTemporaryDirectory { directory in
            let model = try TestModel.write(in: directory)
            let outcome = try await Self.serve(
                ["--model", model, "--json", "--bind", "ipc://\(directory)/socket"],
                in: directory,
                end: [SIGTERM, SIGINT]
            )
            #expect(outcome.exitCode == 128 + SIGTERM || outcome.exitCode == 128 + SIGINT)
        }
    }

    @Test(arguments: [SIGTERM, SIGINT])
    func aSignalEndsAWorkerAtOnceWhoseFirstLoadDoesNotEnd(signal: Int32) async throws {
        try await withTemporaryDirectory { directory in
            let library = directory.appending("libwaiting.so").string
            try CompiledPlugin.c("Tests/Fixtures/plugins/misbehaving.c", to: library)
            let model = directory.appending("model").string
            try "model".write(toFile: model, atomically: true, encoding: .utf8)
            let outcome = try await Self.serve(
                ["--plugin", "\(library):\(model)?does=wait", "--bind", "ipc://\(directory)/socket"],
                in: directory,
                until: "\(model).loading",
                end: [signal]
            )
            #expect(outcome.exitCode == 0)
            #expect(outcome.errors == "rank-worker: ended before it was ready\n")
        }
    }

    @Test
    func largeRequestsLeaveNoMemoryBehindInThePlacesWhereTheyWaited() async throws {
        try await withTemporaryDirectory { directory in
            let socket = "\(directory)/socket"
            var grown = Int.max
            let outcome = try await Self.serve(
                ["--ranker", "null", "--json", "--max-message", "4M", "--bind", "ipc://\(socket)"],
                in: directory
            ) { process in
                let client = RawClient(endpoint: "ipc://\(socket)", form: .dealer)
                let candidates = [UInt64](repeating: 1, count: 500_000)
                _ = try await client.scores(user: 1, candidates: candidates)
                let before = try Self.residentBytes(of: process)
                for _ in 0..<30 { _ = try await client.scores(user: 1, candidates: candidates) }
                grown = try Self.residentBytes(of: process) - before
            }
            #expect(outcome.exitCode == 0)
            // Thirty requests of 4 MB each: places that kept theirs would show.
            #expect(grown < 40 << 20)
        }
    }

    private static func residentBytes(of process: Int32) throws -> Int {
        let fields = try String(contentsOfFile: "/proc/\(process)/statm", encoding: .utf8).split(separator: " ")
        return try #require(fields.count > 1 ? Int(fields[1]) : nil) * Int(getpagesize())
    }

    @Test
    func helpShowsExamplesAndExitCodes() async throws {
        let outcome = try await run("rank-worker", ["serve", "--help"])
        #expect(outcome.exitCode == 0)
        for text in ["EXAMPLES", "EXIT CODES", "--connect", "--insecure"] { #expect(outcome.output.contains(text)) }
        #expect(try await run("rank-worker", ["--version"]).output.hasPrefix("swift-rank "))
    }

    /// Serves; once the worker is ready calls `body`, then sends signals one after another, and returns what the worker
    /// left.
    ///
    /// - Parameters:
    ///   - arguments: The arguments after `serve`.
    ///   - directory: The directory of the worker's output.
    ///   - path: A file that the worker makes before it is ready, to be awaited in place of its first line.
    ///   - signals: The signals.
    ///   - body: What is done with the worker, by its process id.
    /// - Returns: The worker's end and its output.
    /// - Throws: What `body` throws, or what keeps the worker from being started.
    private static func serve(
        _ arguments: [String],
        in directory: FilePath,
        until path: String? = nil,
        end signals: [Int32] = [SIGTERM],
        body: (Int32) async throws -> Void = { _ in }
    ) async throws -> Outcome {
        let output = "\(directory)/output"
        let result = try await Subprocess.run(
            .path("/bin/sh"),
            // `exec`, so that signals reach the worker.
            arguments: Arguments(
                ["-c", "exec \"$0\" serve \"$@\" > \(output)", Programs.path("rank-worker").string] + arguments
            ),
            input: .none,
            output: .discarded,
            error: .string(limit: 1 << 20)
        ) { execution in
            let process = execution.processIdentifier.value
            try await eventually("the worker is ready, or its file there") {
                if let path { return FileManager.default.fileExists(atPath: path) }
                return (try? String(contentsOfFile: output, encoding: .utf8))?.hasSuffix("\n") == true
            }
            try await body(process)
            for signal in signals { _ = Foundation.kill(process, signal) }
        }
        var exitCode: Int32?
        if case .exited(let code) = result.terminationStatus { exitCode = code }
        let text = (try? String(contentsOfFile: output, encoding: .utf8)) ?? ""
        return Outcome(exitCode: exitCode, output: text, errors: result.standardError)
    }
}
