import Foundation
import RankEngine
import Subprocess
import SystemPackage
import Testing

/// The command `rank-train` as a process: exit codes, streams and files.
///
/// Everything runs on invented data; standard streams are pipes, so no log is drawn.
@Suite(.timeLimit(.minutes(1))) struct RankTrainTests {
    @Test func fromInventedRatingsToPredictions() async throws {
        let directory = try Directory()
        let (data, model) = (directory.path + "/data", directory.path + "/model")
        let synthesized = try await rankTrain("synthesize", "--output", data, "--seed", "7")
        #expect(synthesized.status == 0 && synthesized.output.contains("synthetic (seed 7), not MovieLens"))

        let fit = try await rankTrain("fit", "--data", data, "--output", model, "--json")
        #expect(fit.status == 0 && fit.errors == "")
        let report = try object(fit.output)
        #expect(report["data"] as? String == "synthetic (seed 7)")
        #expect((report["epochs"] as? [[String: Any]])?.count == 5)
        let test = try #require(report["test"] as? [String: Any])
        #expect(test["count"] as? Int == 20_000)
        let loaded = try RankModel.load(path: model)
        #expect(report["model_id"] as? String == "\(loaded.modelID)")

        // Without --json, another process: the same model.
        let again = try await rankTrain("fit", "--data", data, "--output", model + "2")
        #expect(again.status == 0 && again.errors == "" && again.output.contains("\(loaded.modelID)"))
        #expect(again.output.contains("synthetic (seed 7)"))
        let quiet = try await rankTrain("fit", "--data", data, "--output", model + "3", "--seed", "1", "--quiet")
        #expect(quiet.status == 0 && quiet.errors == "" && quiet.output == "")
        #expect(try RankModel.load(path: model + "3").modelID != loaded.modelID)

        let evaluated = try await rankTrain("evaluate", "--model", model, "--data", data, "--json")
        #expect(evaluated.status == 0)
        let metrics = try object(evaluated.output)
        for key in ["rmse", "rmse_stars", "mae", "ndcg@10", "count", "loss"] {
            #expect(metrics[key] as? Double == test[key] as? Double && metrics[key] != nil, "\(key)")
        }
        #expect(metrics["data"] as? String == "synthetic (seed 7)")

        let other = try await rankTrain("evaluate", "--model", model, "--data", data, "--split", "seed:1")
        #expect(other.status == 65 && other.output == "")
        #expect(
            other.errors.hasPrefix("error: ") && other.errors.contains("seed:42") && other.errors.contains("--force")
        )
        let forced = try await rankTrain("evaluate", "--model", model, "--data", data, "--split", "seed:1", "--force")
        #expect(forced.status == 0 && forced.output.contains("synthetic (seed 7)"))

        let inspected = try await rankTrain("inspect", "--model", model, "--json")
        #expect(try object(inspected.output)["data"] as? String == "synthetic (seed 7)")
        #expect(try object(inspected.output)["goldens_checked"] as? Int == 256)
        let shown = try await rankTrain("inspect", "--model", model)
        #expect(shown.output.contains("a claim") && shown.output.contains("plan factored"))

        let predicted = try await rankTrain(
            "predict",
            "--model",
            model,
            "--input",
            "-",
            input: "user,item\n943,1682\n1,1\n943,1682\n"
        )
        #expect(predicted.status == 0 && predicted.errors.contains("synthetic (seed 7)"))
        let lines = predicted.output.split(separator: "\n")
        #expect(lines.count == 3 && lines[0] == lines[2] && lines[1].hasPrefix("1,1,"))
        let ranked = try loaded.makeRanker().rank(user: 943, candidates: [1_682])
        #expect(lines[0] == "943,1682,\(ranked[0].score)")
    }

    @Test func unknownIDsAreAnErrorUnlessTheFallbackIsAskedFor() async throws {
        let directory = try Directory()
        let model = try await directory.model()
        let pairs = directory.path + "/pairs.csv"
        try "1,1\n\n1,99999\n".write(toFile: pairs, atomically: true, encoding: .utf8)
        let refused = try await rankTrain("predict", "--model", model, "--input", pairs)
        #expect(refused.status == 65 && refused.output == "")
        #expect(refused.errors.contains("\(pairs):3: the model does not know item 99999"))
        let fallback = try await rankTrain("predict", "--model", model, "--input", pairs, "--unknown", "fallback")
        #expect(fallback.status == 0 && fallback.output.split(separator: "\n").count == 2)
        let user = try await rankTrain("predict", "--model", model, "--input", "-", input: "0,1\n")
        #expect(user.status == 65 && user.errors.contains("standard input:1: the model does not know user 0"))
    }

    @Test func aModelWithoutATestSetNeedsASplitToEvaluate() async throws {
        let directory = try Directory()
        let model = try await directory.model(split: "none")
        let data = directory.path + "/data"
        let missing = try await rankTrain("evaluate", "--model", model, "--data", data)
        #expect(missing.status == 64 && missing.errors.contains("give --split"))
        let refused = try await rankTrain("evaluate", "--model", model, "--data", data, "--split", "seed:42")
        #expect(refused.status == 65 && refused.errors.contains("--force"))
        let none = try await rankTrain("evaluate", "--model", model, "--data", data, "--split", "none")
        #expect(none.status == 65 && none.errors.contains("no test rows"))
    }

    @Test func anOutputThatCannotBeWrittenIsFoundBeforeTheDataIsRead() async throws {
        let directory = try Directory()
        for output in ["\(directory.path)/missing/model", directory.path, "\(directory.path)/missing/"] {
            let result = try await rankTrain("fit", "--data", "/nonexistent", "--output", output)
            #expect(result.status == 73 && result.errors.hasPrefix("error: ") && result.errors.contains(output))
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == [])
        let taken = try await rankTrain("synthesize", "--output", "/dev/null/x")
        #expect(taken.status == 73)
    }

    @Test func badInputIsRefusedWithItsPlace() async throws {
        let directory = try Directory()
        let file = directory.path + "/file"
        try "not a model".write(toFile: file, atomically: true, encoding: .utf8)
        let cases: [(arguments: [String], status: Int32, named: String)] = [
            (["fit", "--data", "/nonexistent", "--output", file + "2"], 65, "/nonexistent"),
            (["fit", "--data", directory.path, "--output", file + "2"], 65, directory.path),
            (["evaluate", "--model", file, "--data", "/nonexistent"], 65, file),
            (["inspect", "--model", "/nonexistent"], 65, "/nonexistent"),
            (["predict", "--model", file, "--input", "-"], 65, file),
            (["quality", "--data", "/nonexistent"], 65, "/nonexistent"),
        ]
        for (arguments, status, named) in cases {
            let result = try await rankTrain(arguments)
            #expect(result.status == status && result.output == "", "\(arguments)")
            #expect(result.errors.hasPrefix("error: ") && result.errors.contains(named), "\(result.errors)")
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["file"])
    }

    @Test(arguments: [
        ["fit", "--output", "/tmp/m"], ["fit", "--data", "d", "--output", ""],
        ["fit", "--data", "d", "--output", "m", "--split", "seed:x"],
        ["fit", "--data", "d", "--output", "m", "--preset", "best"],
        ["fit", "--data", "d", "--output", "m", "--epochs", "0"],
        ["fit", "--data", "d", "--output", "m", "--batch-size", "0"],
        ["fit", "--data", "d", "--output", "m", "--seed", "-1"],
        ["fit", "--data", "d", "--output", "m", "--kernel", "mmx"],
        ["fit", "--data", "d", "--output", "m", "--json", "--quiet"],
        ["predict", "--model", "m", "--input", "-", "--unknown", "omit"], ["inspect"], ["train"],
    ])
    func aWrongCommandLineIsUsage(_ arguments: [String]) async throws {
        let result = try await rankTrain(arguments)
        #expect(result.status == 64 && result.output == "" && result.errors.hasPrefix("error: "), "\(result.errors)")
    }

    @Test(arguments: [[], ["fit"], ["evaluate"], ["predict"], ["inspect"], ["synthesize"], ["quality"]])
    func helpHasAnExampleAndTheExitCodes(_ command: [String]) async throws {
        let result = try await rankTrain(command + ["--help"])
        #expect(result.status == 0 && result.errors == "")
        #expect(result.output.contains("EXAMPLE") && result.output.contains("rank-train \(command.first ?? "fit") "))
        #expect(result.output.contains("EXIT CODES: 0 success, 64 usage"))
    }

    @Test func qualityComparesWithTheBaselines() async throws {
        let directory = try Directory()
        let data = directory.path + "/data"
        _ = try await rankTrain("synthesize", "--output", data)
        let table = try await rankTrain("quality", "--data", data, "--splits", "seed:3", "--format", "markdown")
        #expect(table.status == 0 && table.output.hasPrefix("synthetic (seed 42)\n\n| model | seed:3 |"))
        for name in ["global mean", "item mean", "tutorial"] { #expect(table.output.contains("\n| \(name) | 0.")) }
        let json = try await rankTrain("quality", "--data", data, "--splits", "seed:3", "seed:4", "--format", "json")
        let report = try object(json.output)
        #expect(report["data"] as? String == "synthetic (seed 42)")
        #expect((report["rows"] as? [Any])?.count == 3)
    }

    private func object(_ text: String) throws -> [String: Any] {
        try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }
}

/// A fresh directory, removed when the value dies.
private final class Directory {
    let path = FileManager.default.temporaryDirectory.path + "/rank-train-" + UUID().uuidString

    init() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// A model trained for one epoch on invented data in `data`.
    func model(split: String = "seed:42") async throws -> String {
        let model = path + "/model"
        let synthesized = try await rankTrain("synthesize", "--output", path + "/data")
        let fit = try await rankTrain(
            "fit",
            "--data",
            path + "/data",
            "--output",
            model,
            "--epochs",
            "1",
            "--split",
            split,
            "--quiet"
        )
        #expect(synthesized.status == 0 && fit.status == 0)
        return model
    }
}

private struct Finished {
    let status: Int32
    let output: String
    let errors: String
}

private func rankTrain(_ arguments: String..., input: String = "") async throws -> Finished {
    try await rankTrain(arguments, input: input)
}

private func rankTrain(_ arguments: [String], input: String = "") async throws -> Finished {
    let result = try await run(
        .path(FilePath(program("rank-train"))),
        arguments: Arguments(arguments),
        input: .string(input),
        output: .string(limit: 1 << 22),
        error: .string(limit: 1 << 20)
    )
    var status: Int32 = -1
    if case .exited(let code) = result.terminationStatus { status = code }
    return Finished(status: status, output: result.standardOutput, errors: result.standardError)
}

/// The path of a program of this package: it lies where the tests were linked.
private func program(_ name: String) throws -> String {
    let tests = try #require(CommandLine.arguments.first)
    var directory = URL(filePath: tests).deletingLastPathComponent()
    while !FileManager.default.isExecutableFile(atPath: directory.appending(path: name).path), directory.path != "/" {
        directory.deleteLastPathComponent()
    }
    return directory.appending(path: name).path
}
