import Foundation
import RankCore
import RankEngine
import RankPool
import RankProtocol
import Synchronization
import SystemPackage
import TestSupport
import Testing

/// `rank-client` as a process, against worker processes.
@Suite("rank-client", .timeLimit(.minutes(5)))
struct RankClientTests {
    /// Runs two workers and hands over their endpoints, as `--workers` takes them, and the model's path.
    private func withPool(_ body: (_ workers: String, _ model: String, _ directory: FilePath) async throws -> Void)
        async throws
    {
        try await withTemporaryDirectory { directory in
            let model = try TestModel.write(in: directory)
            try await withWorkers(2, options: ["--model", model], in: directory) { workers in
                try await body(workers.map(\.endpoint).joined(separator: ","), model, directory)
            }
        }
    }

    private func oracle(_ model: String, user: UInt64, _ candidates: [UInt64]) throws -> [Float] {
        let ranker = try RankModel.load(path: model).makeRanker(plan: .direct, kernel: .scalar)
        var scores = [Float](repeating: 0, count: candidates.count)
        for entry in try ranker.rank(candidates, for: user, unknownIDs: .fallback) {
            scores[entry.position] = entry.score
        }
        return scores
    }

    @Test func ranksInEveryFormat() async throws {
        try await withPool { workers, model, directory in
            let items: [UInt64] = [204, 141, 131]
            let order = zip(items, try oracle(model, user: 42, items)).sorted { $0.1 > $1.1 }
            let catalog = directory.appending("titles.csv").string
            try "item,title\n141,\"20,000 Leagues\"\n".write(toFile: catalog, atomically: true, encoding: .utf8)
            let arguments = [
                "rank", "--workers", workers, "--user", "42", "--items", "204,141,131", "--deadline", "20s",
            ]

            let csv = try await run("rank-client", arguments + ["--format", "csv", "--catalog", catalog])
            #expect(csv.exitCode == 0)
            let lines = order.enumerated().map { rank, entry -> String in
                let stars: Float = min(max(1 + 4 * entry.1, 1), 5)
                let title = entry.0 == 141 ? "\"20,000 Leagues\"" : ""
                return "\(rank + 1),\(entry.0),\(entry.1),\(stars),\(title)\n"
            }
            #expect(csv.output == "rank,item,score,stars,title\n" + lines.joined())

            let json = try await run("rank-client", arguments + ["--format", "json", "--top", "2"])
            let object = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
            let entries = try #require(object?["entries"] as? [[String: Any]])
            #expect(entries.map { $0["item"] as? UInt64 } == order.prefix(2).map { $0.0 })
            #expect(object?["model_id"] as? String == "\(try RankModel.load(path: model).modelID)")

            let table = try await run("rank-client", arguments + ["--catalog", catalog])
            #expect(table.output.contains("20,000 Leagues"))
            #expect(table.output.contains("★"))
            #expect(table.output.split(separator: "\n").count == 4)
        }
    }

    @Test func readsItemsFromFilesAndStandardInput() async throws {
        try await withPool { workers, model, directory in
            let file = directory.appending("items.txt").string
            try "item\n7\n8,9\n".write(toFile: file, atomically: true, encoding: .utf8)
            let arguments = [
                "rank", "--workers", workers, "--user", "1", "--format", "csv", "--deadline", "20s", "--items",
            ]
            let fromFile = try await run("rank-client", arguments + [file])
            let fromInput = try await run("rank-client", arguments + ["-"], input: "9,8,7")
            #expect(fromFile.exitCode == 0)
            #expect(fromFile.output.split(separator: "\n").count == 4)
            #expect(fromInput.output == fromFile.output)
            let all = try await run("rank-client", arguments + ["all"])
            #expect(all.output.split(separator: "\n").count == Int(TestModel.candidateCount) + 1)
        }
    }

    @Test func leavesOutWhatTheUserHasRated() async throws {
        try await withPool { workers, _, directory in
            let data = directory.appending("data").string
            #expect(try await run("rank-train", ["synthesize", "--output", data]).exitCode == 0)
            let arguments = [
                "rank", "--workers", workers, "--user", "42", "--items", "all", "--format", "csv", "--deadline", "20s",
            ]
            let everything = try await run("rank-client", arguments)
            let rest = try await run("rank-client", arguments + ["--exclude-rated", data])
            let ratings = try String(contentsOfFile: data + "/u.data", encoding: .utf8)
            let rated = Set(
                ratings.split(separator: "\n").map { $0.split(separator: "\t") }.filter { $0[0] == "42" }.map { $0[1] }
            )
            #expect(!rated.isEmpty)
            func items(_ output: String) -> [Substring] {
                output.split(separator: "\n").dropFirst().map { $0.split(separator: ",")[1] }
            }
            #expect(items(rest.output) == items(everything.output).filter { !rated.contains($0) })
            // Titles come from the same directory.
            #expect(rest.output.hasPrefix("rank,item,score,stars,title\n"))
            #expect(rest.output.contains("Synthetic Movie"))
        }
    }

    @Test func scoresInBulkAsTheModelDoes() async throws {
        try await withPool { workers, model, directory in
            var random = SplitMix64(seed: 5)
            let pairs = (0..<30_000).map { _ in
                "\(UInt64.random(in: 1...TestModel.userCount, using: &random)),"
                    + "\(UInt64.random(in: 1...TestModel.candidateCount, using: &random))\n"
            }
            let file = directory.appending("pairs.csv").string
            try ("user,item\n" + pairs.joined()).write(toFile: file, atomically: true, encoding: .utf8)
            let served = try await run("rank-client", ["score", "--workers", workers, "--input", file])
            let local = try await run("rank-train", ["predict", "--model", model, "--input", file])
            #expect(served.exitCode == 0)
            #expect(served.output == local.output)
            #expect(served.errors.isEmpty)
        }
    }

    @Test func namesTheLineOfAnUnknownPair() async throws {
        try await withPool { workers, model, _ in
            let input = "42,1\n42,99999\n9999,3\n"
            let arguments = ["score", "--workers", workers, "--input", "-"]
            let failed = try await run("rank-client", arguments, input: input)
            #expect(failed.exitCode == 65)
            #expect(failed.errors.contains("standard input:2"))
            #expect(failed.errors.contains("--unknown fallback"))
            #expect(failed.output.isEmpty)
            let omitted = try await run("rank-client", arguments + ["--unknown", "omit"], input: input)
            #expect(omitted.output == "42,1,\(try oracle(model, user: 42, [1])[0])\n")
            #expect(omitted.errors.contains("2 pairs"))
            let scored = try await run("rank-client", arguments + ["--unknown", "fallback"], input: input)
            #expect(scored.output.split(separator: "\n").count == 3)
        }
    }

    @Test func losesNothingWhenAWorkerIsKilled() async throws {
        try await withTemporaryDirectory { directory in
            let model = try TestModel.write(in: directory)
            var random = SplitMix64(seed: 6)
            let pairs = (0..<400_000).map { _ in
                "\(UInt64.random(in: 1...TestModel.userCount, using: &random)),"
                    + "\(UInt64.random(in: 1...TestModel.candidateCount, using: &random))\n"
            }
            let file = directory.appending("pairs.csv").string
            try pairs.joined().write(toFile: file, atomically: true, encoding: .utf8)
            let local = try await run("rank-train", ["predict", "--model", model, "--input", file])
            try await withWorkers(2, options: ["--model", model], in: directory) { workers in
                let endpoints = workers.map(\.endpoint).joined(separator: ",")
                let hasEnded = Mutex(false)
                async let served = {
                    defer { hasEnded.withLock { $0 = true } }
                    return try await run("rank-client", ["score", "--workers", endpoints, "--input", file])
                }()
                // Killed in the middle of the run: after its first scores, before the last ones of the list.
                let client = RawClient(endpoint: workers[0].endpoint, form: .dealer)
                try await eventually("the worker has scored something", every: .zero) {
                    try await client.statistics()["candidates"]
                } until: {
                    $0 != "0"
                }
                workers[0].kill()
                #expect(!hasEnded.withLock { $0 })
                let outcome = try await served
                #expect(outcome.exitCode == 0, "\(outcome.errors)")
                #expect(outcome.output == local.output)
            }
        }
    }

    @Test func saysWhatEachWorkerIs() async throws {
        try await withPool { workers, model, _ in
            let missing = "tcp://127.0.0.1:1"
            let json = try await run("rank-client", ["info", "--json", "--deadline", "20s", "--workers", workers])
            #expect(json.exitCode == 0)
            let reports = try #require(
                try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [[String: Any]]
            )
            #expect(reports.map { $0["endpoint"] as? String } == workers.split(separator: ",").map { String($0) })
            let info = reports[0]["info"] as? [String: String]
            #expect(info?["model_id"] == "\(try RankModel.load(path: model).modelID)")
            #expect(info?["candidate_ids"] == "1-\(TestModel.candidateCount)")

            let partly = try await run(
                "rank-client",
                ["info", "--deadline", "20s", "--workers", "\(workers),\(missing)"]
            )
            #expect(partly.exitCode == 69)
            #expect(partly.output.contains("candidate_ids"))
            #expect(partly.errors.contains(missing))
        }
    }

    @Test(arguments: [
        (["rank", "--workers", "nonsense", "--user", "1", "--items", "1"], 64, "endpoint 1"),
        (["rank", "--workers", "tcp://127.0.0.1:1,", "--user", "1", "--items", "1"], 64, "endpoint 2"),
        (["rank", "--workers", "tcp://127.0.0.1:1", "--user", "x", "--items", "1"], 69, "refused"),
        (["rank", "--workers", "tcp://127.0.0.1:1", "--user", "1", "--items", "1", "--top", "0"], 64, "--top"),
        (["rank", "--workers", "tcp://127.0.0.1:1", "--user", "1", "--items", "/nonexistent"], 65, "/nonexistent"),
        (["rank", "--workers", "tcp://127.0.0.1:1", "--user", "1", "--items", "5,x"], 69, "refused"),
        (["rank", "--workers", "inproc://here", "--user", "1", "--items", "1"], 64, "inproc://here"),
        (["rank", "--workers", "tcp://127.0.0.1:1", "--user", "1", "--items", "1"], 69, "tcp://127.0.0.1:1"),
        (["rank", "--workers", "ipc:///nonexistent/s", "--user", "1", "--items", "1"], 69, "ipc:///nonexistent/s"),
        (["score", "--workers", "tcp://127.0.0.1:1", "--input", "/nonexistent"], 65, "/nonexistent"),
        (["score", "--workers", "tcp://127.0.0.1:1"], 64, "--input"),
        (["info", "--workers", "tcp://127.0.0.1:1"], 69, "refused"),
        (["info"], 64, "--workers"),
    ])
    func refusals(_ arguments: [String], _ exitCode: Int32, _ text: String) async throws {
        let outcome = try await run("rank-client", arguments)
        #expect(outcome.exitCode == exitCode, "\(outcome.errors)")
        #expect(outcome.errors.hasPrefix("error: "))
        #expect(outcome.errors.contains(text), "\(outcome.errors)")
    }

    @Test
    func streamsThatTheCallerHasClosedAreNotMistakenForFilesOpenedLater() async throws {
        try await withPool { workers, _, _ in
            let command = "'\(Programs.path("rank-client"))' score --deadline 20s --workers '\(workers)' --input -"
            let noOutput = try await run(FilePath("/bin/sh"), ["-c", "\(command) >&-"], input: "42,1\n")
            #expect(noOutput.exitCode == 73)
            #expect(noOutput.errors.contains("cannot write to stdout: Bad file descriptor"), "\(noOutput.errors)")
            let noInput = try await run(FilePath("/bin/sh"), ["-c", "\(command) <&-"])
            #expect(noInput.exitCode == 65)
            #expect(noInput.errors.contains("standard input: Bad file descriptor"), "\(noInput.errors)")
        }
    }

    @Test(arguments: ["rank-client", "rank-worker", "rank-train"])
    func everyCommandTellsItsVersion(_ name: String) async throws {
        let outcome = try await run(name, ["--version"])
        #expect(outcome.exitCode == 0 && outcome.output.hasPrefix("swift-rank "))
    }

    @Test(arguments: [1, 3, 500, 100_000])
    func theLibraryAnySplitOverOneWorkerOrTwoGivesTheOraclesBits(size: Int) async throws {
        try await withTemporaryDirectory { directory in
            let model = try TestModel.write(in: directory)
            var random = SplitMix64(seed: UInt64(size))
            let candidates = random.candidates(size)
            let expected = try oracle(model, user: 42, candidates).map(\.bitPattern)
            try await withWorkers(2, options: ["--model", model], in: directory) { workers in
                var rankings: Set<[Int]> = []
                for endpoints in [[workers[0].endpoint], workers.map(\.endpoint)] {
                    let pool = try RankPool.start(
                        endpoints.joined(separator: ","),
                        configuration: .init(deadline: .seconds(60))
                    )
                    for parts in [nil, 1, 2, 5] {
                        let options = CallOptions(parts: parts)
                        let scored = try await pool.scores(of: candidates, for: 42, options: options)
                        #expect(scored.map(\.bitPattern) == expected)
                        let ranked = try await pool.rank(candidates, for: 42, top: 100, options: options)
                        rankings.insert(ranked.entries.map(\.position))
                    }
                    await pool.shutdown()
                }
                #expect(rankings.count == 1)
            }
        }
    }
}
