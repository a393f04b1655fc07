import Foundation
import SystemPackage
import Testing

/// `rank-train` as a process, on the synthetic set.
@Suite("rank-train")
struct TrainingCommandTests {
    /// The synthetic set, written once into `directory`.
    private static func data(in directory: FilePath) async throws -> String {
        let data = directory.appending("data").string
        let outcome = try await run("rank-train", ["synthesize", "--output", data, "--seed", "7"])
        try #require(outcome.exitCode == 0, "\(outcome.errors)")
        return data
    }

    private static func object(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    @Test("the same options give the same model, and its test RMSE is what evaluate finds", .timeLimit(.minutes(3)))
    func determinism() async throws {
        try await withTemporaryDirectory { directory in
            let data = try await Self.data(in: directory)
            var fits: [[String: Any]] = []
            for (name, options) in [("a", ["--json"]), ("b", ["--json"]), ("c", ["--json", "--seed", "8"])] {
                let file = directory.appending(name).string
                let outcome = try await run(
                    "rank-train",
                    ["fit", "--data", data, "--output", file, "--epochs", "1"] + options
                )
                try #require(outcome.exitCode == 0, "\(outcome.errors)")
                #expect(outcome.errors.isEmpty, "no terminal, no progress")
                fits.append(try Self.object(outcome.output))
            }
            let identities = fits.map { $0["model_id"] as? String }
            #expect(identities[0] != nil && identities[0] == identities[1] && identities[0] != identities[2])
            #expect(fits[0]["data"] as? String == "synthetic (seed 7)")
            let files = try ["a", "b"].map { try Data(contentsOf: URL(fileURLWithPath: "\(directory)/\($0)")) }
            #expect(files[0] == files[1])

            let evaluated = try await run(
                "rank-train",
                ["evaluate", "--model", directory.appending("a").string, "--data", data, "--json"]
            )
            let metrics = try Self.object(evaluated.output)
            for key in ["rmse", "rmse_stars", "mae", "ndcg@10"] { #expect(metrics[key] is Double, "\(key)") }
            #expect(metrics["count"] as? Int == 20_000)
            let test = try #require(fits[0]["test"] as? [String: Any])
            #expect(test["rmse"] as? Double == metrics["rmse"] as? Double)
        }
    }

    @Test("evaluate refuses another split than the model's, unless forced", .timeLimit(.minutes(2)))
    func otherSplit() async throws {
        try await withTemporaryDirectory { directory in
            let data = try await Self.data(in: directory)
            let file = directory.appending("model").string
            let fit = ["fit", "--data", data, "--output", file, "--epochs", "1", "--quiet"]
            try #require(try await run("rank-train", fit).exitCode == 0)
            let evaluate = ["evaluate", "--model", file, "--data", data, "--split", "seed:1"]
            let refused = try await run("rank-train", evaluate)
            #expect(refused.exitCode == 65)
            #expect(refused.output.isEmpty && refused.errors.contains("seed:42"))
            #expect(try await run("rank-train", evaluate + ["--force"]).exitCode == 0)
        }
    }

    @Test("an output that cannot be written is refused before training and leaves nothing", .timeLimit(.minutes(2)))
    func unwritableOutput() async throws {
        try await withTemporaryDirectory { directory in
            let data = try await Self.data(in: directory)
            let before = try FileManager.default.contentsOfDirectory(atPath: directory.string)
            for output in ["\(directory)/missing/model", directory.string] {
                let outcome = try await run("rank-train", ["fit", "--data", data, "--output", output])
                #expect(outcome.exitCode == 73, "\(outcome.errors)")
                #expect(outcome.errors.hasPrefix("error: ") && outcome.errors.contains(output))
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory.string) == before)
        }
    }

    @Test("a full disk leaves no half file", .timeLimit(.minutes(2)))
    func fullDisk() async throws {
        try await withTemporaryDirectory { directory in
            let data = try await Self.data(in: directory)
            // A limit on the size of files stands for a disk without room: the write fails in the middle.
            let script = "trap '' XFSZ; ulimit -f 64; exec \"$@\""
            let outcome = try await run(
                FilePath("/bin/sh"),
                [
                    "-c", script, "sh", Programs.path("rank-train").string, "fit", "--data", data, "--output",
                    "\(directory)/model", "--epochs", "1",
                ]
            )
            #expect(outcome.exitCode == 73, "\(outcome.errors)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory.string) == ["data"])
        }
    }

    /// A command line that must be refused.
    struct Refusal: CustomTestStringConvertible, Sendable {
        var name: String
        var arguments: [String]
        var exitCode: Int32
        /// What the error must name.
        var names: String
        var testDescription: String { name }
    }

    @Test(
        "wrong options and inputs",
        .timeLimit(.minutes(2)),
        arguments: [
            Refusal(
                name: "a directory without data",
                arguments: ["fit", "--data", "/tmp/no-such-data", "--output", "/tmp/never"],
                exitCode: 65,
                names: "/tmp/no-such-data"
            ),
            Refusal(
                name: "an unknown preset",
                arguments: ["fit", "--data", "/tmp", "--output", "/tmp/never", "--preset", "magic"],
                exitCode: 64,
                names: "magic"
            ),
            Refusal(
                name: "no epochs",
                arguments: ["fit", "--data", "/tmp", "--output", "/tmp/never", "--epochs", "0"],
                exitCode: 64,
                names: "--epochs"
            ),
            Refusal(
                name: "a negative batch",
                arguments: ["fit", "--data", "/tmp", "--output", "/tmp/never", "--batch-size=-3"],
                exitCode: 64,
                names: "--batch-size"
            ),
            Refusal(
                name: "a nonsense split",
                arguments: ["fit", "--data", "/tmp", "--output", "/tmp/never", "--split", "seed:many"],
                exitCode: 64,
                names: "seed:many"
            ),
            Refusal(
                name: "a model that is not there",
                arguments: ["inspect", "--model", "/tmp/no-such-model"],
                exitCode: 65,
                names: "/tmp/no-such-model"
            ),
            Refusal(
                name: "a file that is no model",
                arguments: ["inspect", "--model", "/bin/sh"],
                exitCode: 65,
                names: "/bin/sh"
            ),
        ]
    )
    func refusal(_ refusal: Refusal) async throws {
        let outcome = try await run("rank-train", refusal.arguments)
        #expect(outcome.exitCode == refusal.exitCode, "\(outcome.errors)")
        #expect(outcome.output.isEmpty)
        #expect(outcome.errors.lowercased().hasPrefix("error: ") && outcome.errors.contains(refusal.names))
        #expect(!FileManager.default.fileExists(atPath: "/tmp/never"))
    }
}
