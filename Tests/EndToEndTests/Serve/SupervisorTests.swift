import Foundation
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// `rank-worker serve --processes` as processes.
@Suite("rank-worker: several processes", .timeLimit(.minutes(5)))
struct SupervisorTests {
    /// The children of a process that have not ended.
    private static func children(of process: Int32) throws -> [Int32] {
        let text = try String(contentsOfFile: "/proc/\(process)/task/\(process)/children", encoding: .utf8)
        return text.split(separator: " ").compactMap { Int32($0) }
    }

    /// Whether a process runs; false for one that has ended and whose parent has not waited for it.
    private static func runs(_ process: Int32) -> Bool {
        guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else { return false }
        return text.split(separator: ")").last?.hasPrefix(" Z") == false
    }

    /// Runs a supervisor of workers at `worker-N.sock` in a directory until `body` returns, then sends it SIGTERM.
    private static func supervise(
        _ count: Int,
        in directory: FilePath,
        body: (Int32) async throws -> Void
    ) async throws -> Outcome {
        let model = try TestModel.write(in: directory)
        let result = try await Subprocess.run(
            .path(Programs.path("rank-worker")),
            arguments: [
                "serve", "--model", model, "--processes", "\(count)", "--bind", "ipc://\(directory)/worker-{n}.sock",
            ],
            input: .none,
            output: .discarded,
            error: .string(limit: 1 << 20)
        ) { execution in
            let process = execution.processIdentifier.value
            let value: Result<Void, any Error>
            do {
                value = .success(try await body(process))
            } catch {
                value = .failure(error)
            }
            _ = Foundation.kill(process, SIGTERM)
            return value
        }
        try result.closureResult.get()
        var exitCode: Int32?
        if case .exited(let code) = result.terminationStatus { exitCode = code }
        return Outcome(exitCode: exitCode, output: "", errors: result.standardError)
    }

    /// Asks a worker until it answers.
    private static func answers(_ index: Int, in directory: FilePath) async throws {
        try await eventually("the socket is there") {
            FileManager.default.fileExists(atPath: "\(directory)/worker-\(index).sock")
        }
        let client = RawClient(endpoint: "ipc://\(directory)/worker-\(index).sock", form: .dealer)
        #expect(try await client.scores(user: 1, candidates: [1, 2, 3]).count == 3)
    }

    @Test
    func eachAnswersAtItsOwnEndpointOneThatIsKilledComesBackSIGHUPReachesAllSIGTERMEndsAllWith0() async throws {
        try await withTemporaryDirectory { directory in
            let outcome = try await Self.supervise(3, in: directory) { process in
                for index in 0..<3 { try await Self.answers(index, in: directory) }
                let before = try Self.children(of: process)
                #expect(before.count == 3)
                _ = Foundation.kill(before[1], SIGKILL)
                try await eventually("another worker is there") {
                    try Self.children(of: process)
                } until: {
                    $0.count == 3 && !$0.contains(before[1])
                }
                for index in 0..<3 { try await Self.answers(index, in: directory) }
                _ = Foundation.kill(process, SIGHUP)
                for index in 0..<3 {
                    let client = RawClient(endpoint: "ipc://\(directory)/worker-\(index).sock", form: .dealer)
                    try await eventually("worker \(index) has reloaded") {
                        try await client.statistics()["reloads"]
                    } until: {
                        $0 == "1"
                    }
                }
            }
            #expect(outcome.exitCode == 0, "\(outcome.errors)")
            #expect(outcome.errors.contains("was ended by signal 9; it starts again in 100 ms"))
        }
    }

    @Test
    func aWorkerThatIsKilledAgainAndAgainIsStartedAgainAfterEverLongerPausesTheOtherOneServesOn() async throws {
        try await withTemporaryDirectory { directory in
            let outcome = try await Self.supervise(2, in: directory) { process in
                for index in 0..<2 { try await Self.answers(index, in: directory) }
                let healthy = try #require(try Self.children(of: process).first)
                for _ in 0..<4 {
                    let found = try await eventually("the other worker is there") {
                        try Self.children(of: process).first { $0 != healthy }
                    } until: {
                        $0 != nil
                    }
                    let victim = try #require(found)
                    _ = Foundation.kill(victim, SIGKILL)
                    try await eventually("it has gone") {
                        try Self.children(of: process)
                    } until: {
                        !$0.contains(victim)
                    }
                    try await Self.answers(0, in: directory)
                }
            }
            #expect(outcome.exitCode == 0, "\(outcome.errors)")
            for pause in [100, 200, 400, 800] {
                #expect(outcome.errors.contains("it starts again in \(pause) ms"), "\(outcome.errors)")
            }
        }
    }

    @Test
    func whenTheSupervisorIsKilledItsWorkersLeave() async throws {
        try await withTemporaryDirectory { directory in
            var workers: [Int32] = []
            let outcome = try await Self.supervise(2, in: directory) { process in
                for index in 0..<2 { try await Self.answers(index, in: directory) }
                workers = try Self.children(of: process)
                _ = Foundation.kill(process, SIGKILL)
            }
            #expect(outcome.exitCode == nil)
            #expect(workers.count == 2)
            try await eventually("the workers have left") {
                workers.filter(Self.runs)
            } until: {
                $0.isEmpty
            }
        }
    }

    @Test
    func aModelThatCannotServeEndsTheSupervisorWith65ASharedEndpointWith64() async throws {
        try await withTemporaryDirectory { directory in
            let arguments = ["serve", "--model", "\(directory)/none", "--processes=2", "--bind"]
            let refused = try await run("rank-worker", arguments + ["ipc://\(directory)/{n}.sock"])
            #expect(refused.exitCode == 65 && refused.errors.contains("\(directory)/none"))
            let shared = try await run("rank-worker", arguments + ["ipc://\(directory)/one.sock"])
            #expect(shared.exitCode == 64 && shared.errors.contains("{n}"))
        }
    }
}
