import Foundation
import RankEngine
import RankTraining
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// `rank-train fit` as a process that is killed, diverges, or meets a full disk.
@Suite(.timeLimit(.minutes(3))) struct InterruptedTrainingTests {
    /// Everything that a training carries from one epoch to the next.
    private static let everything = [
        "--preset", "tutorial", "--epochs", "30", "--reshuffle", "--dropout", "0.1", "--l2", "1e-6", "--embedding-l2",
        "1e-7",
        "--validation", "0.1", "--patience", "20", "--optimizer", "adam", "--decay", "cosine",
    ]

    @Test(arguments: [["--preset", "tutorial", "--epochs", "30"], everything])
    func aKilledTrainingIsResumedToTheSameModel(_ options: [String]) async throws {
        try await withTemporaryDirectory { directory in
            let (data, checkpoint) = (try await madeData(in: directory), "\(directory)/checkpoint")
            let fit = ["fit", "--data", data] + options
            let undisturbed = try await run("rank-train", fit + ["--output", "\(directory)/a", "--json"])
            #expect(undisturbed.exitCode == 0, "\(undisturbed.errors)")

            let interrupted = fit + ["--output", "\(directory)/b", "--checkpoint", checkpoint]
            #expect(try await isKilled(interrupted, when: checkpoint))
            #expect(!FileManager.default.fileExists(atPath: "\(directory)/b"))
            let epoch = try Checkpoint(path: checkpoint).epoch
            #expect((1..<30).contains(epoch))

            let resumed = try await run("rank-train", interrupted + ["--resume", checkpoint, "--json"])
            #expect(resumed.exitCode == 0, "\(resumed.errors)")
            let (first, second) = (try object(undisturbed.output), try object(resumed.output))
            #expect(first["model_id"] as? String == second["model_id"] as? String && first["model_id"] != nil)
            #expect(first["epochs"] as? [[String: Double]] == second["epochs"] as? [[String: Double]])
            #expect(first["kept_epoch"] as? Int == second["kept_epoch"] as? Int)
            #expect(
                try Data(contentsOf: URL(filePath: "\(directory)/a"))
                    == Data(contentsOf: URL(filePath: "\(directory)/b"))
            )

            // Once more, from the last epoch: nothing is left but to write the model.
            let last = try await run("rank-train", fit + ["--output", "\(directory)/c", "--resume", checkpoint])
            let id = try RankModel.load(path: "\(directory)/a").modelID
            #expect(last.exitCode == 0 && last.output.contains("\(id)"), "\(last.errors)")
        }
    }

    @Test func aKilledFactorisationIsResumedToTheSameModel() async throws {
        try await withTemporaryDirectory { directory in
            let (data, checkpoint) = (try await madeData(in: directory), "\(directory)/checkpoint")
            let fit = ["fit", "--data", data, "--preset", "map-fm", "--factors", "8", "--sweeps", "60"]
            #expect(try await run("rank-train", fit + ["--output", "\(directory)/a", "--quiet"]).exitCode == 0)
            let interrupted =
                fit + ["--output", "\(directory)/b", "--checkpoint", checkpoint, "--checkpoint-every", "3"]
            #expect(try await isKilled(interrupted, when: checkpoint))
            #expect(!FileManager.default.fileExists(atPath: "\(directory)/b"))
            #expect(try Checkpoint(path: checkpoint).epoch < 60)
            let resumed = try await run("rank-train", interrupted + ["--resume", checkpoint, "--quiet"])
            #expect(resumed.exitCode == 0, "\(resumed.errors)")
            #expect(
                try RankModel.load(path: "\(directory)/a").modelID == RankModel.load(path: "\(directory)/b").modelID
            )
            let network = ["fit", "--data", data, "--preset", "tutorial", "--output", "\(directory)/c"]
            let refused = try await run("rank-train", network + ["--resume", checkpoint])
            #expect(
                refused.exitCode == 65 && refused.errors.contains(": preset map-fm (now tutorial); give"),
                "\(refused.errors)"
            )
        }
    }

    /// While the teacher is trained, once the student has its first checkpoint, and a student of a file.
    @Test func aKilledDistillationIsResumedToTheSameModel() async throws {
        try await withTemporaryDirectory { directory in
            let small = ["--ratings", "4000", "--users", "80", "--items", "200"]
            let (data, checkpoint) = (try await madeData(in: directory, small), "\(directory)/checkpoint")
            let (model, again) = ("\(directory)/model", "\(directory)/again")
            let student = ["--steps", "6000", "--step-users", "16", "--step-items", "32", "--hidden", "64,32"]
            let fit = ["fit", "--data", data, "--preset", "distilled", "--no-refit"] + student
            #expect(try await run("rank-train", fit + ["--output", model, "--quiet"]).exitCode == 0)
            let teacher = "\(directory)/teacher"
            let teach = ["fit", "--data", data, "--preset", "map-fm", "--sweeps", "3", "--output", teacher, "--quiet"]
            #expect(try await run("rank-train", teach).exitCode == 0)
            let distil = ["distill", "--data", data, "--teacher", teacher] + student
            let other = "\(directory)/other"
            #expect(try await run("rank-train", distil + ["--output", other, "--quiet"]).exitCode == 0)

            let kills: [([String], String, Bool)] = [(fit, model, false), (fit, model, true), (distil, other, true)]
            for (command, whole, isStudent) in kills {
                let interrupted = command + ["--output", again, "--checkpoint", checkpoint]
                #expect(
                    try await isKilled(interrupted, when: checkpoint) { bytes in
                        !isStudent || bytes.range(of: Data("\"identity.batch_items\"".utf8)) != nil
                    }
                )
                #expect(!FileManager.default.fileExists(atPath: again))
                let found = try Checkpoint(path: checkpoint)
                #expect(found.isOfStudent == isStudent && found.epoch < (isStudent ? 6000 : 330))
                let resumed = try await run("rank-train", interrupted + ["--resume", checkpoint, "--quiet"])
                #expect(resumed.exitCode == 0, "\(resumed.errors)")
                #expect(try RankModel.load(path: whole).modelID == RankModel.load(path: again).modelID)
                let refused = try await run(
                    "rank-train",
                    command + ["--output", again, "--resume", checkpoint, "--step-items", "33"]
                )
                #expect(
                    refused.exitCode == 65 && refused.errors.contains("batch_items 32 (now 33)"),
                    "\(refused.errors)"
                )
                for file in [again, checkpoint] { try FileManager.default.removeItem(atPath: file) }
            }
        }
    }

    @Test func aCheckpointOfAnotherRunIsRefused() async throws {
        try await withTemporaryDirectory { directory in
            let (data, checkpoint) = (try await madeData(in: directory), "\(directory)/checkpoint")
            let model = "\(directory)/model"
            let fit = ["fit", "--preset", "tutorial", "--data", data, "--output", model, "--epochs", "1"]
            #expect(try await run("rank-train", fit + ["--checkpoint", checkpoint, "--quiet"]).exitCode == 0)
            let written = FileManager.default.contents(atPath: model)
            for (options, text) in [
                (["--seed", "1"], "seed 42 (now 1)"), (["--split", "seed:1"], "split_sha256"),
                (["--dropout", "0.5"], "dropout 0.0 (now 0.5)"), (["--batch-size", "10"], "batch_size 1000 (now 10)"),
            ] {
                let refused = try await run("rank-train", fit + options + ["--resume", checkpoint])
                #expect(refused.exitCode == 65 && refused.errors.contains(text), "\(refused.errors)")
            }
            for command in [
                ["evaluate", "--model", checkpoint, "--data", data],
                ["distill", "--teacher", checkpoint, "--data", data, "--output", model],
            ] {
                let refused = try await run("rank-train", command)
                let text = "\(checkpoint): this is a checkpoint of a training"
                #expect(refused.exitCode == 65 && refused.errors.contains(text), "\(refused.errors)")
            }
            // A file that is no checkpoint is not lost to one.
            for command in [["fit", "--preset", "tutorial"], ["distill", "--teacher", model]] {
                let other = "\(directory)/other"
                try Data("notes".utf8).write(to: URL(filePath: other))
                let outputs = ["--data", data, "--output", "\(directory)/new", "--checkpoint", other]
                let refused = try await run("rank-train", command + outputs)
                #expect(refused.exitCode == 64 && refused.errors.contains("\(other), which is no checkpoint"))
                let resumed = try await run("rank-train", command + outputs + ["--resume", other])
                #expect(resumed.exitCode == 65 && resumed.errors.contains("cannot resume from \(other)"))
                #expect(try String(contentsOfFile: other, encoding: .utf8) == "notes")
                try FileManager.default.removeItem(atPath: other)
            }
            // Before the data are read, which may take long.
            let (new, nothing) = ("\(directory)/new", "\(directory)/missing")
            for command in [
                ["fit"], ["fit", "--preset", "tutorial"], ["fit", "--preset", "distilled"],
                ["distill", "--teacher", model],
            ] {
                let resume = ["--data", "/nonexistent", "--output", new, "--resume", nothing]
                let missing = try await run("rank-train", command + resume)
                #expect(missing.exitCode == 65 && missing.errors.contains(nothing), "\(missing.errors)")
            }
            #expect(try names(in: directory) == ["checkpoint", "data", "model"])
            #expect(FileManager.default.contents(atPath: model) == written)
        }
    }

    @Test func aDivergingTrainingLeavesTheCheckpointAsItWas() async throws {
        try await withTemporaryDirectory { directory in
            let (data, checkpoint) = (try await madeData(in: directory), "\(directory)/checkpoint")
            let fit = ["fit", "--preset", "tutorial", "--data", data, "--output", "\(directory)/model", "--quiet"]
            let options = ["--epochs", "1", "--checkpoint", checkpoint]
            #expect(try await run("rank-train", fit + options).exitCode == 0)
            let good = FileManager.default.contents(atPath: checkpoint)
            let diverging = try await run("rank-train", fit + options + ["--learning-rate", "1e30"])
            #expect(diverging.exitCode == 65 && diverging.errors.contains("diverged"), "\(diverging.errors)")
            #expect(diverging.errors.contains("no checkpoint was written"))
            #expect(FileManager.default.contents(atPath: checkpoint) == good)
            #expect(try names(in: directory) == ["checkpoint", "data", "model"])
        }
    }

    /// A limit on the size of files stands for a full disk: the write fails in the middle.
    @Test(arguments: [
        ("model", ["--output", "model"]),
        ("checkpoint", ["--output", "model", "--checkpoint", "checkpoint"]),
    ])
    func aFileThatDoesNotFitIsSaidAndLeavesNothing(_ name: String, _ options: [String]) async throws {
        try await withTemporaryDirectory { directory in
            let data = try await madeData(in: directory)
            // Kibibytes; the model has more.
            let command = "cd \(directory) && ulimit -f 200 && exec \"$0\" \"$@\""
            let fit = [
                Programs.path("rank-train").string, "fit", "--preset", "tutorial", "--data", data, "--epochs", "1",
            ]
            let outcome = try await run(FilePath("/bin/bash"), ["-c", command] + fit + options)
            #expect(outcome.exitCode == 73, "\(String(describing: outcome.exitCode)): \(outcome.errors)")
            #expect(outcome.errors.contains("cannot write \(name): File too large"), "\(outcome.errors)")
            #expect(try names(in: directory) == ["data"])
        }
    }

    @Test(arguments: [[], ["--ratings", "20000"]])
    func aDataSetThatDoesNotFitIsSaidAndLeavesNothing(_ options: [String]) async throws {
        try await withTemporaryDirectory { directory in
            let command = "cd \(directory) && ulimit -f 100 && exec \"$0\" \"$@\""
            let synthesize = [Programs.path("rank-train").string, "synthesize", "--output", "new/data"]
            let outcome = try await run(FilePath("/bin/bash"), ["-c", command] + synthesize + options)
            #expect(outcome.exitCode == 73, "\(String(describing: outcome.exitCode)): \(outcome.errors)")
            let file = options.isEmpty ? "u.data" : "ratings.csv"
            let text = "error: new/data/\(file): File too large; make room for it, or write elsewhere\n"
            #expect(outcome.errors == text)
            #expect(try names(in: directory) == [])
        }
    }

    @Test(arguments: [
        ["--checkpoint-every", "2"], ["--checkpoint", "c", "--checkpoint-every", "0"], ["--checkpoint", "m"],
        ["--dropout", "1"], ["--dropout", "-0.1"], ["--dropout", "nan"], ["--l2", "-1"], ["--embedding-l2", "inf"],
        ["--validation", "0"], ["--validation", "1"], ["--patience", "3"], ["--patience", "0", "--validation", "0.1"],
    ])
    func aWrongCommandLineIsUsage(_ options: [String]) async throws {
        let fit = ["fit", "--preset", "tutorial", "--data", "d", "--output", "m"]
        let result = try await run("rank-train", fit + options)
        #expect(result.exitCode == 64 && result.errors.hasPrefix("error: "), "\(result.errors)")
        #expect(result.errors.contains(options[0]))
    }

    /// Starts a training and kills it once the file is there and as it should be; whether it was the signal that ended
    /// it.
    private func isKilled(
        _ arguments: [String],
        when file: String,
        _ isReady: @Sendable @escaping (Data) -> Bool = { _ in true }
    ) async throws -> Bool {
        let result = try await Subprocess.run(
            .path(Programs.path("rank-train")),
            arguments: Arguments(arguments),
            input: .none,
            output: .discarded,
            error: .discarded
        ) { execution in
            try await eventually("\(file) is as awaited", within: .seconds(240), every: .milliseconds(1)) {
                FileManager.default.contents(atPath: file).map(isReady) ?? false
            }
            _ = Foundation.kill(execution.processIdentifier.value, SIGKILL)
        }
        return result.terminationStatus == .signaled(SIGKILL)
    }

    private func madeData(in directory: FilePath, _ options: [String] = []) async throws -> String {
        let data = "\(directory)/data"
        try #require(try await run("rank-train", ["synthesize", "--output", data] + options).exitCode == 0)
        return data
    }

    private func names(in directory: FilePath) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory.string).sorted()
    }

    private func object(_ text: String) throws -> [String: Any] {
        try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }
}
