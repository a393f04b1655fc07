import Foundation
import FoundationXML
import SystemPackage
import TestSupport
import Testing

/// `rank-client bench` as a process, against worker processes.
@Suite("rank-client bench", .timeLimit(.minutes(2)))
struct BenchTests {
    @Test func everyRequestIsAccountedFor() async throws {
        try await withTemporaryDirectory { directory in
            let model = try TestModel.write(in: directory)
            let folder = try made(directory.appending("null"))
            try await withWorkers(1, options: ["--model", model], in: directory) { workers in
                try await withWorkers(1, options: ["--ranker", "null"], in: folder) { floor in
                    let svg = directory.appending("bench.svg").string
                    // Another name of the older file shows whether it is replaced as a whole or written over.
                    let older = directory.appending("older.svg").string
                    try "older".write(toFile: svg, atomically: true, encoding: .utf8)
                    try FileManager.default.linkItem(atPath: svg, toPath: older)
                    let outcome = try await run(
                        "rank-client",
                        ["bench", "--workers", workers[0].endpoint, "--floor", floor[0].endpoint, "--rate", "200"]
                            + ["--duration", "500ms", "--warm-up", "50ms", "--sweep", "--json", "--svg", svg]
                    )
                    #expect(outcome.exitCode == 0, "\(outcome.errors)")
                    let report = try #require(
                        try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any]
                    )
                    for side in ["workers", "floor"] {
                        let load = try #require(report[side] as? [String: Any])
                        let errors = try #require(load["errors"] as? [String: Int])
                        let answered = try #require(load["answered"] as? Int)
                        #expect(answered > 0)
                        #expect(load["offered"] as? Int == answered + errors.values.reduce(0, +))
                    }
                    let cost = try #require(report["worker_cpu_seconds_per_million_candidates"] as? Double)
                    #expect(cost > 0)
                    let sweep = try #require(report["sweep"] as? [String: Any])
                    #expect((sweep["points"] as? [Any])?.count == 11)
                    let drawing = try XMLDocument(contentsOf: URL(fileURLWithPath: svg))
                    // Workers, floor and lateness, then goodput and its ideal.
                    #expect(try drawing.nodes(forXPath: "//*[local-name()='polyline']").count == 5)
                    #expect(try String(contentsOfFile: older, encoding: .utf8) == "older")
                    let names = try FileManager.default.contentsOfDirectory(atPath: directory.string)
                    #expect(!names.contains { $0.contains(".tmp") })
                }
            }
        }
    }

    @Test func workersThatAFileNamesAreLoaded() async throws {
        try await withTemporaryDirectory { directory in
            try await withWorkers(2, options: ["--ranker", "null"], in: directory) { workers in
                let file = directory.appending("workers").string
                let text = workers.map { "\($0.endpoint)\n" }.joined()
                try text.write(toFile: file, atomically: true, encoding: .utf8)
                for list in ["file:\(file)", "\(workers[0].endpoint),file:\(file)"] {
                    let outcome = try await run(
                        "rank-client",
                        ["bench", "--workers", list, "--floor", "file:\(file)", "--rate", "200", "--json"]
                            + ["--duration", "1s", "--warm-up", "50ms", "--deadline", "10s"]
                    )
                    #expect(outcome.exitCode == 0, "\(outcome.errors)")
                    let report = try #require(
                        try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any]
                    )
                    for side in ["workers", "floor"] {
                        let load = try #require(report[side] as? [String: Any])
                        #expect(load["answered"] as? Int ?? 0 > 0)
                    }
                }
                let missing = try await run(
                    "rank-client",
                    ["bench", "--workers", "file:/nonexistent/workers", "--rate", "5"]
                )
                #expect(missing.exitCode == 69)
                #expect(missing.errors.contains("/nonexistent/workers: No such file"), "\(missing.errors)")
            }
        }
    }

    @Test(arguments: [
        ([], 64, "--rate or --closed-loop"),
        (["--rate", "5", "--closed-loop"], 64, "--rate or --closed-loop"),
        (["--rate", "0"], 64, "--rate"),
        (["--rate", "5", "--candidates", "0"], 64, "--candidates"),
        (["--rate", "5", "--candidates", "3", "--top", "4"], 64, "--top"),
        (["--rate", "5", "--deadline", "0s"], 64, "--deadline is 0"),
        (["--rate", "5", "--floor", "x"], 64, "--floor"),
        (["--rate", "5", "--svg", "/nonexistent/x.svg"], 73, "/nonexistent"),
        (["--rate", "5"], 69, "tcp://127.0.0.1:1"),
    ])
    func refusals(_ arguments: [String], _ exitCode: Int32, _ text: String) async throws {
        let outcome = try await run("rank-client", ["bench", "--workers", "tcp://127.0.0.1:1"] + arguments)
        #expect(outcome.exitCode == exitCode, "\(outcome.errors)")
        #expect(outcome.errors.contains(text), "\(outcome.errors)")
    }
}
