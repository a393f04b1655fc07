import Foundation
import RankEngine
import SystemPackage
import TestSupport
import Testing

/// `--precision` of `rank-worker serve`, and what other commands make of it.
@Suite("--precision", .timeLimit(.minutes(5)))
struct PrecisionTests {
    /// The kernels of integers that this CPU has.
    private static let kernels: [String] = ["scalar", "avx512-vnni"].filter {
        (try? Kernel.named($0, for: .int8)) != nil
    }

    private static func object(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    @Test(arguments: [Precision.int16, .int8]
    )
    func aPoolOfEveryKernelHasTheBitsOfItsProfileWhichVerifyFindsOut(_ precision: Precision) async throws {
        try await withTemporaryDirectory { directory in
            let model = try TestModel.write(in: directory)
            let loaded = try RankModel.load(path: model)
            let error = try #require(try loaded.makeRanker(kernel: .scalar, precision: precision).scoreError)
            let options: [String] = [
                "--model", model, "--precision", "\(precision)", "--max-error", "\(error.maximum)",
            ]
            let (slow, fast) = (Self.kernels[0], Self.kernels[Self.kernels.count - 1])
            let folders = (try made(directory.appending("a")), try made(directory.appending("b")))
            try await withWorkers(1, options: options + ["--kernel", slow], in: folders.0) { first in
                try await withWorkers(1, options: options + ["--kernel", fast], in: folders.1) { last in
                    let list = "\(first[0].endpoint),\(last[0].endpoint)"
                    let verified = try await run(
                        "rank-client",
                        [
                            "verify", "--workers", list, "--model", model, "--splits", "20", "--candidates", "300",
                            "--json",
                        ]
                    )
                    #expect(verified.exitCode == 0, "\(verified.errors)")
                    #expect(try (Self.object(verified.output)["workers"] as? [String: Any])?.count == 2)
                    let info = try await run("rank-client", ["info", "--workers", list])
                    for line in [
                        "profile", "\(precision)-fma", "error_max", "\(error.maximum)", "error_limit", "top10_overlap",
                        "64 users, 1683 candidates", "256 golden scores",
                    ] { #expect(info.output.contains(line), "\(line): \(info.output)") }
                    let question = ["rank", "--workers", list, "--user", "1", "--items", "2", "--format", "json"]
                    let ranked = try await run("rank-client", question)
                    #expect(ranked.output.contains("\(precision)-fma"), "\(ranked)")
                }
            }
        }
    }

    @Test
    func aModelThatIsFurtherFromFp32ThanTheLimitDoesNotReplaceOneThatIsNot() async throws {
        try await withTemporaryDirectory { directory in
            let written = [try TestModel.write(in: directory, seed: 1), try TestModel.write(in: directory, seed: 2)]
            let errors = try written.map { path in
                try #require(
                    try RankModel.load(path: path).makeRanker(kernel: .scalar, precision: .int8, errorLimit: .infinity)
                        .scoreError
                ).maximum
            }
            let (near, far) = errors[0] < errors[1] ? (0, 1) : (1, 0)
            let live = "\(directory)/live.safetensors"
            try Data(contentsOf: URL(filePath: written[near])).write(to: URL(filePath: live), options: .atomic)
            let socket = "ipc://\(directory)/socket"
            let arguments = [
                "serve", "--model", live, "--bind", socket, "--kernel", "scalar", "--precision", "int8", "--max-error",
                "\(errors[near])",
            ]
            try await withWorker(arguments: arguments) { _ in
                let client = RawClient(endpoint: socket, form: .dealer)
                let expected = try await client.scores(user: 42, candidates: [1, 2, 3])
                try Data(contentsOf: URL(filePath: written[far])).write(to: URL(filePath: live), options: .atomic)
                try await eventually("a reload has failed") {
                    try await client.statistics()["reload_failures"]
                } until: {
                    $0 != "0"
                }
                let reason = try await client.statistics()["last_reload_error"] ?? ""
                #expect(reason.contains("\(errors[far])") && reason.contains("\(errors[near])"), "\(reason)")
                #expect(try await client.scores(user: 42, candidates: [1, 2, 3]) == expected)
            }
        }
    }

    @Test
    func whatDoesNotGoTogetherIsRefusedWithTheCodeThatSaysWhoIsToBlame() async throws {
        try await withTemporaryDirectory { directory in
            let model = try TestModel.write(in: directory)
            let flat = Repository.fixture("model/dot_only.rank")
            let serve = ["serve", "--bind", "ipc://\(directory)/socket", "--model"]
            let examples: [(arguments: [String], code: Int32, message: String)] = [
                ([model, "--precision", "int4"], 64, "choose one of fp32, int16, int8"),
                ([model, "--max-error", "1"], 64, "--max-error goes with --precision"),
                ([model, "--precision", "int8", "--max-error=-1"], 64, "expected 0 or more"),
                ([model, "--precision", "int8", "--plan", "direct"], 64, "leave --plan out"),
                ([model, "--precision", "int8", "--kernel", "portable"], 64, "has no precision int8"),
                ([model, "--kernel", "avx512-vnni"], 64, "int16 and int8"),
                (
                    [model, "--precision", "int8", "--kernel", "scalar", "--max-error", "1e-9"], 65,
                    "the limit is 1e-09"
                ),
                ([model, "--precision", "int16", "--kernel", "scalar", "--memory-budget", "1M"], 65, "1345024 bytes"),
                ([flat, "--precision", "int8", "--kernel", "scalar"], 65, "two hidden layers or more"),
            ]
            for example in examples {
                let outcome = try await run("rank-worker", serve + example.arguments)
                #expect(outcome.exitCode == example.code, "\(example.arguments): \(outcome.errors)")
                #expect(outcome.errors.contains(example.message), "\(example.arguments): \(outcome.errors)")
            }
        }
    }

    @Test
    func rankTrainInspectTellsOfTheErrorBeforeAnythingIsServed() async throws {
        try await withTemporaryDirectory { directory in
            let model = try TestModel.write(in: directory)
            let arguments = ["inspect", "--model", model, "--precision", "int16", "--kernel", "scalar", "--json"]
            let report = try Self.object(try await run("rank-train", arguments).output)
            #expect(report["profile"] as? String == "int16-fma")
            let precision = try #require(report["precision"] as? [String: Any])
            #expect(precision["table_bytes"] as? Int == 1_345_024)
            let error = try RankModel.load(path: model).makeRanker(kernel: .scalar, precision: .int16).scoreError
            let found = try #require(precision["error_max"] as? Double)
            #expect(Float(found) == error?.maximum)
        }
    }
}
