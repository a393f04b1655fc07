import Foundation
import RankCore
import RankEngine
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// Models replaced under a worker process that serves.
@Suite("rank-worker: reloading", .timeLimit(.minutes(5)))
struct ReloadTests {
    /// The scores of a file's model for a list, as bit patterns.
    private static func scores(_ path: String, _ candidates: [UInt64]) throws -> [UInt32] {
        let ranker = try RankModel.load(path: path).makeRanker(plan: .direct, kernel: .scalar)
        let ranked = try ranker.rank(candidates, for: 42, unknownIDs: .fallback)
        return ranked.sorted { $0.position < $1.position }.map(\.score.bitPattern)
    }

    /// Puts a copy of a file, or of its first bytes, under a name that is watched.
    private static func put(_ source: String, at path: String, byteCount: Int? = nil) throws {
        let data = try Data(contentsOf: URL(filePath: source))
        try data.prefix(byteCount ?? data.count).write(to: URL(filePath: path), options: .atomic)
    }

    /// Asks until a worker answers with these scores.
    private static func wait(_ client: RawClient, for scores: [UInt32], _ candidates: [UInt64]) async throws {
        try await eventually("the other model scores") {
            try await client.scores(user: 42, candidates: candidates)
        } until: {
            $0 == scores
        }
    }

    @Test
    func aRenamedFileSIGHUPACutFileTheAnswersAreThoseOfTheLastGoodModelBitForBit() async throws {
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
                try await eventually("a reload has failed") {
                    try await client.statistics()["reload_failures"]
                } until: {
                    $0 != "0"
                }
                #expect(try await client.scores(user: 42, candidates: candidates) == expected[1])
                try Self.put(models[0], at: live)
                try await Self.wait(client, for: expected[0], candidates)
            }
        }
    }

    @Test
    func aFileWrittenInPlaceCutAndOverwrittenEveryReplyIsOfAModelThatProvedItselfBitForBit() async throws {
        try await withTemporaryDirectory { directory in
            let models = [try TestModel.write(in: directory, seed: 1), try TestModel.write(in: directory, seed: 2)]
            let candidates: [UInt64] = Array(1...50)
            let expected = try models.map { try Self.scores($0, candidates) }
            let live = "\(directory)/live.safetensors"
            try Self.put(models[0], at: live)
            let arguments = ["--model", live, "--bind", "ipc://\(directory)/socket"]
            let outcome = try await ServingProcess.run(arguments, in: directory) { worker in
                let client = RawClient(endpoint: worker.endpoint, form: .dealer)
                let bytes = try Data(contentsOf: URL(filePath: models[1]))
                let file = try FileHandle(forUpdating: URL(filePath: live))
                // Half a model is no model, at whatever time it is seen.
                try file.write(contentsOf: bytes.prefix(bytes.count / 2))
                for _ in 0..<100 { #expect(try await client.scores(user: 42, candidates: candidates) == expected[0]) }
                try await eventually("a reload has failed") {
                    try await client.statistics()["reload_failures"]
                } until: {
                    $0 != "0"
                }
                try file.write(contentsOf: bytes.dropFirst(bytes.count / 2))
                try await eventually("the other model scores") {
                    let scores = try await client.scores(user: 42, candidates: candidates)
                    #expect(expected.contains(scores))
                    return scores
                } until: {
                    $0 == expected[1]
                }
                try file.truncate(atOffset: 0)
                for _ in 0..<100 { #expect(try await client.scores(user: 42, candidates: candidates) == expected[1]) }
                try file.close()
            }
            #expect(outcome.exitCode == 0)
            #expect(outcome.errors.contains("\(live) was written in place: the model"), "\(outcome.errors)")
        }
    }

    @Test(
        .timeLimit(.minutes(5))
    )
    func aFileThatIsWrittenInPlaceWhileItIsMappedTheLogSaysThatScoresMayBeWrong() async throws {
        try await withTemporaryDirectory { directory in
            let model = try TestModel.write(in: directory)
            let arguments = ["--model", model, "--map-weights", "--bind", "ipc://\(directory)/socket"]
            let outcome = try await ServingProcess.run(arguments, in: directory) { worker in
                let client = RawClient(endpoint: worker.endpoint, form: .dealer)
                let bytes = try Data(contentsOf: URL(filePath: model))
                let file = try FileHandle(forUpdating: URL(filePath: model))
                // The last bytes belong to no weight: a wrong digest, and nothing that a score is made of.
                try file.seek(toOffset: UInt64(bytes.count - 1))
                try file.write(contentsOf: [bytes[bytes.count - 1] ^ 1])
                try file.close()
                try await eventually("a reload has failed") {
                    try await client.statistics()["reload_failures"]
                } until: {
                    $0 != "0"
                }
            }
            #expect(outcome.exitCode == 0)
            #expect(outcome.errors.contains("its scores may be wrong"), "\(outcome.errors)")
        }
    }

    @Test
    func modelDirAWorkerBeginsWithTheBestVersionTakesABetterOneAndGoesBackWhenThatIsRemoved() async throws {
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

    @Test
    func aDirectoryFullOfJunkTheBestGoodVersionServesAndTheLogNamesWhatWasRefusedAndIgnored() async throws {
        try await withTemporaryDirectory { directory in
            let model = try TestModel.write(in: directory)
            let versions = try made(directory.appending("versions"))
            try Self.put(model, at: "\(versions)/3.safetensors")
            try Self.put(model, at: "\(versions)/5.safetensors", byteCount: 100_000)
            try Data("{}".utf8).write(to: URL(filePath: "\(versions)/6.safetensors"))
            for name in ["7", "8.safetensors", "9.safetensors/model.safetensors"] {
                _ = try made(versions.appending(name))
            }
            for name in ["README", "v10.safetensors", "-1.safetensors", "99999999999999999999.safetensors"] {
                try Self.put(model, at: "\(versions)/\(name)")
            }
            try FileManager.default.createSymbolicLink(
                atPath: "\(versions)/11.safetensors",
                withDestinationPath: "\(versions)/nowhere"
            )
            let arguments = ["--model-dir", versions.string, "--bind", "ipc://\(directory)/socket"]
            let outcome = try await ServingProcess.run(arguments, in: directory) { worker in
                let client = RawClient(endpoint: worker.endpoint, form: .dealer)
                let scores = try await client.scores(user: 42, candidates: [1, 2])
                #expect(try scores == Self.scores(model, [1, 2]))
            }
            #expect(outcome.exitCode == 0)
            for text in ["refused \(versions)/5.safetensors: ", "refused \(versions)/6.safetensors: "] {
                #expect(outcome.errors.contains(text), "\(outcome.errors)")
            }
            let ignored = outcome.errors.split(separator: "\n").filter { $0.contains("not a version") }
            #expect(ignored.count == 1 && ignored[0].hasSuffix(" and 3 more"), "\(ignored)")
        }
    }

    @Test
    func reloadsToAModelOfAnotherShapeInMidListEachListIsOfOneModelFromEndToEnd() async throws {
        try await withTemporaryDirectory { directory in
            let models = [
                try TestModel.write(in: directory, seed: 1),
                try TestModel.write(in: directory, seed: 2, dimensions: 16),
            ]
            let candidates = (0..<100_000).map { UInt64(1 + $0 % 1_682) }
            let expected = try models.map { try Self.scores($0, candidates) }
            #expect(expected[0] != expected[1])
            let live = "\(directory)/live.safetensors"
            try Self.put(models[0], at: live)
            var seen = [0, 0]
            let arguments = ["--model", live, "--bind", "ipc://\(directory)/socket"]
            let outcome = try await ServingProcess.run(arguments, in: directory) { worker in
                let client = RawClient(endpoint: worker.endpoint, form: .dealer)
                var round = 0
                while seen.contains(where: { $0 < 5 }) {
                    round += 1
                    // The file changes while the list is on its way or in work.
                    async let answer = client.scores(user: 42, candidates: candidates)
                    try Self.put(models[round % 2], at: live)
                    worker.send(SIGHUP)
                    let scores = try await answer
                    let index = try #require(expected.firstIndex(of: scores), "a list of round \(round) is of no model")
                    seen[index] += 1
                }
            }
            #expect(outcome.exitCode == 0, "\(outcome.errors)")
        }
    }
}
