import Foundation
import RankEngine
import SystemPackage
import TestSupport
import Testing

/// `rank-client status` as a process, against worker processes.
@Suite("rank-client status", .timeLimit(.minutes(1)))
struct StatusTests {
    private func rows(_ output: String) throws -> [[[String: Any]]] {
        try output.split(separator: "\n").map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [[String: Any]])
        }
    }

    @Test func countsSinceTheStartAndThenSinceTheTableBefore() async throws {
        try await withTemporaryDirectory { directory in
            let model = try TestModel.write(in: directory)
            try await withWorkers(1, options: ["--model", model], in: directory) { workers in
                let endpoint = workers[0].endpoint
                let ranked = try await run(
                    "rank-client",
                    ["rank", "--workers", endpoint, "--user", "1", "--items", "1,2,3", "--deadline", "20s"]
                )
                #expect(ranked.exitCode == 0)
                let outcome = try await run(
                    "rank-client",
                    ["status", "--workers", endpoint, "--json", "--watch", "--interval", "50ms", "--count", "2"]
                        + ["--deadline", "20s"]
                )
                #expect(outcome.exitCode == 0, "\(outcome.errors)")
                let tables = try rows(outcome.output)
                #expect(tables.count == 2)
                #expect(tables[0][0]["state"] as? String == "serving")
                #expect(tables[0][0]["model_id"] as? String == "\(try RankModel.load(path: model).modelID)")
                // The list above is in the first table only.
                #expect(try #require(tables[0][0]["candidates_per_second"] as? Double) > 0)
                #expect(tables[1][0]["candidates_per_second"] as? Double == 0)
                let requests = tables.map { $0[0]["requests"] as? Int ?? 0 }
                #expect(requests[1] > requests[0])
            }
        }
    }

    @Test func saysWhyAWorkerDoesNotAnswer() async throws {
        try await withTemporaryDirectory { directory in
            let model = try TestModel.write(in: directory)
            try await withWorkers(1, options: ["--model", model], in: directory) { workers in
                let outcome = try await run(
                    "rank-client",
                    ["status", "--workers", "\(workers[0].endpoint),tcp://127.0.0.1:1", "--deadline", "20s"]
                )
                #expect(outcome.exitCode == 69)
                let lines = outcome.output.split(separator: "\n")
                #expect(lines.count == 4)
                #expect(lines[1].contains("serving"))
                #expect(lines[2].contains("unreachable"))
                #expect(lines[3].contains("refused"), "\(outcome.output)")
                #expect(outcome.errors.contains("1 of 2 workers"))
            }
        }
    }

    /// On a terminal a line that has become shorter leaves nothing of what stood there.
    @Test func aTerminalShowsOneTable() async throws {
        try await withTemporaryDirectory { directory in
            let model = try TestModel.write(in: directory)
            try await withWorkers(1, options: ["--model", model], in: directory) { workers in
                let terminal = "import pty, sys; pty.spawn(sys.argv[1:])"
                let outcome = try await run(
                    FilePath("/usr/bin/env"),
                    ["COLUMNS=200", "python3", "-c", terminal, Programs.path("rank-client").string, "status"]
                        + ["--workers", workers[0].endpoint, "--watch", "--interval", "50ms", "--count", "2"]
                        + ["--deadline", "20s"]
                )
                let tables = outcome.output.split(separator: "\u{1B}[H").dropFirst()
                #expect(outcome.output.hasPrefix("\u{1B}[2J\u{1B}[H"))
                #expect(tables.count == 2, "\(outcome)")
                for table in tables {
                    let lines = table.split(separator: "\r\n")
                    #expect(lines.count == 3 && lines[1].contains("serving"), "\(table)")
                    #expect(lines.dropLast().allSatisfy { $0.hasSuffix("\u{1B}[K") })
                    #expect(lines.last == "\u{1B}[J")
                }
            }
        }
    }

    @Test(arguments: [["--count", "2"], ["--watch", "--count", "0"], ["--watch", "--interval", "1ms"]])
    func refusals(_ arguments: [String]) async throws {
        let outcome = try await run("rank-client", ["status", "--workers", "tcp://127.0.0.1:1"] + arguments)
        #expect(outcome.exitCode == 64, "\(outcome.errors)")
    }
}
