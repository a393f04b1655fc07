import Foundation
import RankEngine
import Subprocess
import SystemPackage
import Testing

/// Models replaced under a worker process that serves.
@Suite("rank-worker: reloading", .timeLimit(.minutes(5)))
struct ReloadTests {
    /// The scores of a file's model for a list, as bit patterns.
    private static func scores(_ path: String, _ candidates: [UInt64]) throws -> [UInt32] {
        let ranker = try RankModel.load(path: path).makeRanker(plan: .direct, kernel: "scalar")
        let ranked = try ranker.rank(user: 42, candidates: candidates)
        return ranked.sorted { $0.position < $1.position }.map(\.score.bitPattern)
    }

    /// Puts a copy of a file, or of its first bytes, under a name that is watched.
    private static func put(_ source: String, at path: String, byteCount: Int? = nil) throws {
        let data = try Data(contentsOf: URL(filePath: source))
        try data.prefix(byteCount ?? data.count).write(to: URL(filePath: path), options: .atomic)
    }

    /// Asks until a worker answers with these scores.
    private static func wait(_ client: RawClient, for scores: [UInt32], _ candidates: [UInt64]) async throws {
        while try await client.scores(user: 42, candidates: candidates) != scores {
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    @Test("A renamed file, SIGHUP, a cut file: the answers are those of the last good model, bit for bit")
    func file() async throws {
        try await withTemporaryDirectory { directory in
            let models = [try TestModel.write(in: directory, seed: 1), try TestModel.write(in: directory, seed: 2)]
            let candidates: [UInt64] = Array(1...50)
            let expected = try models.map { try Self.scores($0, candidates) }
            let live = "\(directory)/live.safetensors"
            try Self.put(models[0], at: live)
            let socket = "ipc://\(directory)/socket"
            let arguments = ["serve", "--model", live, "--bind", socket]
            try await withWorker(arguments: arguments) { deliver in
                let client = RawClient(endpoint: socket, form: .dealer)
                #expect(try await client.scores(user: 42, candidates: candidates) == expected[0])
                try Self.put(models[1], at: live)
                try await Self.wait(client, for: expected[1], candidates)
                // A file that is cut is refused, also when it is asked for.
                try Self.put(models[0], at: live, byteCount: 100_000)
                deliver(.terminalClosed)
                while try await client.statistics()["reload_failures"] == "0" {}
                #expect(try await client.scores(user: 42, candidates: candidates) == expected[1])
                try Self.put(models[0], at: live)
                try await Self.wait(client, for: expected[0], candidates)
            }
        }
    }

    @Test("--model-dir: a worker begins with the best version, takes a better one, and goes back when that is removed")
    func directory() async throws {
        try await withTemporaryDirectory { directory in
            let models = [try TestModel.write(in: directory, seed: 1), try TestModel.write(in: directory, seed: 2)]
            let candidates: [UInt64] = Array(1...50)
            let expected = try models.map { try Self.scores($0, candidates) }
            let versions = try made(directory.appending("versions"))
            try Self.put(models[0], at: "\(versions)/1.safetensors")
            try Self.put(models[1], at: "\(versions)/3.safetensors", byteCount: 5_000)
            let socket = "ipc://\(directory)/socket"
            try await withWorker(arguments: ["serve", "--model-dir", versions.string, "--bind", socket]) { _ in
                let client = RawClient(endpoint: socket, form: .dealer)
                #expect(try await client.scores(user: 42, candidates: candidates) == expected[0])
                let better = try made(versions.appending("4")).appending("model.safetensors")
                try Self.put(models[1], at: better.string)
                try await Self.wait(client, for: expected[1], candidates)
                try FileManager.default.removeItem(atPath: better.string)
                try await Self.wait(client, for: expected[0], candidates)
            }
            // Nothing is left that proves itself.
            try FileManager.default.removeItem(atPath: "\(versions)/1.safetensors")
            let outcome = try await run("rank-worker", ["serve", "--model-dir", versions.string, "--bind", socket])
            #expect(outcome.exitCode == 65)
            #expect(outcome.errors.contains("3.safetensors"), "\(outcome.errors)")
        }
    }
}
