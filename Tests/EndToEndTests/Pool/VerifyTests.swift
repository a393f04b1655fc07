import Foundation
import RankEngine
import SystemPackage
import TestSupport
import Testing

/// `rank-client verify` as a process, against worker processes.
@Suite("rank-client verify", .timeLimit(.minutes(2)))
struct VerifyTests {
    @Test
    func twoWorkersUnderDifferentPlansGiveTheBitsOfTheFile() async throws {
        try await withTemporaryDirectory { directory in
            let model = try TestModel.write(in: directory)
            let folders = (try made(directory.appending("a")), try made(directory.appending("b")))
            try await withWorkers(1, options: ["--model", model, "--plan", "factored"], in: folders.0) { first in
                try await withWorkers(1, options: ["--model", model, "--plan", "direct"], in: folders.1) { second in
                    let endpoints = [first[0].endpoint, second[0].endpoint]
                    let outcome = try await run(
                        "rank-client",
                        ["verify", "--workers", endpoints.joined(separator: ","), "--model", model]
                            + ["--splits", "40", "--candidates", "600", "--json"]
                    )
                    #expect(outcome.exitCode == 0, "\(outcome.errors)")
                    let report = try #require(
                        try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any]
                    )
                    #expect(report["lists"] as? Int == 40)
                    #expect((report["mismatches"] as? [String])?.isEmpty == true)
                    #expect(report["proof"] as? String == "unproved")
                    let workers = try #require(report["workers"] as? [String: Int])
                    #expect(Set(workers.keys) == Set(endpoints))
                    #expect(workers.values.reduce(0, +) == report["candidates"] as? Int)
                }
            }
        }
    }

    @Test
    func aModelThatIsUnprovedByINFOIsNamedAsSuch() async throws {
        try await withTemporaryDirectory { directory in
            let model = Repository.file("Tests/Fixtures/model/every_term.rank")
            try await withWorkers(1, options: ["--model", model], in: directory) { workers in
                let arguments = ["verify", "--workers", workers[0].endpoint, "--model", model, "--splits", "5"]
                let outcome = try await run("rank-client", arguments)
                #expect(outcome.exitCode == 0, "\(outcome.errors)")
                #expect(outcome.output.contains("the same bits as the model file"), "\(outcome.output)")
                #expect(outcome.output.contains("the model is unproved: "), "\(outcome.output)")
            }
        }
    }

    @Test
    func aPoolOfAnotherModelIsRefusedWithBothIds() async throws {
        try await withTemporaryDirectory { directory in
            let (served, other) = (try TestModel.write(in: directory), try TestModel.write(in: directory, seed: 2))
            try await withWorkers(1, options: ["--model", served], in: directory) { workers in
                let arguments = ["verify", "--workers", workers[0].endpoint, "--model", other]
                let outcome = try await run("rank-client", arguments)
                #expect(outcome.exitCode == 65)
                for path in [served, other] {
                    #expect(outcome.errors.contains("\(try RankModel.load(path: path).modelID)"), "\(outcome.errors)")
                }
            }
        }
    }

    @Test
    func aWorkerWhoseScoresAreOffByOneBitIsFoundAndNamed() async throws {
        try await withTemporaryDirectory { directory in
            let model = try TestModel.write(in: directory)
            let id = try RankModel.load(path: model).modelID
            let endpoint = "ipc://\(directory)/liar.sock"
            let liar = try LyingWorker(endpoint: endpoint, model: model)
            let outcome = try await run("rank-client", ["verify", "--workers", endpoint, "--model", model])
            liar.stop()
            #expect(outcome.exitCode == 65, "\(outcome.errors)")
            #expect(outcome.errors.contains("100 of 100 lists differ"), "\(outcome.errors)")
            #expect(outcome.errors.contains(endpoint), "\(outcome.errors)")
            #expect(!outcome.errors.contains("\(id) is"))
        }
    }

    @Test(arguments: [
        (["verify", "--workers", "tcp://127.0.0.1:1", "--model", "MODEL"], 69, "tcp://127.0.0.1:1"),
        (["verify", "--workers", "tcp://127.0.0.1:1", "--model", "/nonexistent"], 65, "/nonexistent"),
        (["verify", "--workers", "tcp://127.0.0.1:1", "--model", "MODEL", "--splits", "0"], 64, "--splits"),
        (["verify", "--workers", "tcp://127.0.0.1:1", "--model", "MODEL", "--candidates", "0"], 64, "--candidates"),
    ])
    func refusals(_ arguments: [String], _ exitCode: Int32, _ text: String) async throws {
        try await withTemporaryDirectory { directory in
            let model = try TestModel.write(in: directory)
            let outcome = try await run("rank-client", arguments.map { $0 == "MODEL" ? model : $0 })
            #expect(outcome.exitCode == exitCode, "\(outcome.errors)")
            #expect(outcome.errors.contains(text), "\(outcome.errors)")
        }
    }
}
