import Foundation
import SystemPackage
import Testing

/// What `rank-train` leaves on disk, and whom it refuses to judge.
@Suite("rank-train: the model file")
struct TrainedModelFileTests {
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

    @Test(.timeLimit(.minutes(5)))
    func theSameOptionsGiveTheSameModelAndItsTestRMSEIsWhatEvaluateFinds() async throws {
        try await withTemporaryDirectory { directory in
            let data = try await Self.data(in: directory)
            var fits: [[String: Any]] = []
            for (name, options) in [("a", ["--json"]), ("b", ["--json"]), ("c", ["--json", "--seed", "8"])] {
                let file = directory.appending(name).string
                let outcome = try await run(
                    "rank-train",
                    ["fit", "--data", data, "--output", file, "--preset", "tutorial", "--epochs", "1"]
                        + options
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

    @Test(.timeLimit(.minutes(5)))
    func evaluateRefusesAnotherSplitThanTheModelsUnlessForced() async throws {
        try await withTemporaryDirectory { directory in
            let data = try await Self.data(in: directory)
            let file = directory.appending("model").string
            let options = ["--preset", "tutorial", "--epochs", "1", "--quiet"]
            let fit = ["fit", "--data", data, "--output", file] + options
            try #require(try await run("rank-train", fit).exitCode == 0)
            let evaluate = ["evaluate", "--model", file, "--data", data, "--split", "seed:1"]
            let refused = try await run("rank-train", evaluate)
            #expect(refused.exitCode == 65)
            #expect(refused.output.isEmpty && refused.errors.contains("seed:42"))
            #expect(try await run("rank-train", evaluate + ["--force"]).exitCode == 0)
        }
    }

    @Test(.timeLimit(.minutes(5)))
    func aFullDiskLeavesNoHalfFile() async throws {
        try await withTemporaryDirectory { directory in
            let data = try await Self.data(in: directory)
            // A limit on the size of files stands for a disk without room: the write fails in the middle.
            let script = "trap '' XFSZ; ulimit -f 64; exec \"$@\""
            let outcome = try await run(
                FilePath("/bin/sh"),
                [
                    "-c", script, "sh", Programs.path("rank-train").string, "fit", "--data", data, "--output",
                    "\(directory)/model", "--preset", "tutorial", "--epochs", "1",
                ]
            )
            #expect(outcome.exitCode == 73, "\(outcome.errors)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory.string) == ["data"])
        }
    }
}
