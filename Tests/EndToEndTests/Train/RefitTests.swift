import Foundation
import RankEngine
import RankTraining
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// `rank-train fit` trains the model that it writes on all ratings, after a test without some of them.
@Suite("rank-train fit --refit", .timeLimit(.minutes(4)))
struct RefitTests {
    private static let small = ["--preset", "map-fm", "--factors", "4", "--sweeps", "3"]

    /// Presets and options, and whether a model of theirs is trained on everything.
    @Test(arguments: [
        (small, true), (small + ["--no-refit"], false), (small + ["--split", "none"], false),
        (["--preset", "tutorial", "--epochs", "2"], false),
        (["--preset", "tutorial", "--epochs", "2", "--refit"], true),
        (["--preset", "tutorial", "--epochs", "2", "--loss", "list-mle", "--refit"], true),
        (["--preset", "distilled", "--steps", "20", "--hidden", "8"], true),
    ])
    func theFileSaysOnWhatItWasTrained(_ options: [String], _ refits: Bool) async throws {
        try await withTemporaryDirectory { directory in
            let (data, model) = (try await Self.data(in: directory), "\(directory)/model")
            let fit = try await run("rank-train", ["fit", "--data", data, "--output", model, "--json"] + options)
            try #require(fit.exitCode == 0, "\(fit.errors)")
            let report = try Self.object(fit.output)
            #expect((report["refit"] is NSNull) == !refits)
            let count = options.contains("none") || refits ? 2_000 : 1_600
            #expect(report["training_count"] as? Int == count)

            let metadata = try RankModel.load(path: model).metadata
            #expect(metadata.fingerprint.isRefitted == refits)
            guard refits else { return }
            let alone = "\(directory)/tested"
            let command = ["fit", "--data", data, "--output", alone, "--json"] + options + ["--no-refit"]
            let tested = try await run("rank-train", command.filter { $0 != "--refit" })
            let own = try Self.object(tested.output)
            let (test, other) = (report["test"] as? NSDictionary, own["test"] as? NSDictionary)
            #expect(test != nil && test == other, "the figures are those of the tested model")
            let sibling = try RankModel.load(path: alone).metadata
            #expect(metadata.claimedTestRMSE == sibling.claimedTestRMSE)
            #expect(metadata.fingerprint["split"] == "seed:42" && metadata.fingerprint["refit"] == "all")
            #expect(metadata.fingerprint["tested_split_sha256"] == sibling.fingerprint["split_sha256"])
            #expect(metadata.fingerprint["split_sha256"] != sibling.fingerprint["split_sha256"])
            #expect(metadata.fingerprint["tested_count"] == "400")
            #expect(metadata.prior != sibling.prior)

            let facts = try RankModel.load(path: model).makeRanker().info.facts
            #expect(facts.contains { $0 == ("refit", "all") } && facts.contains { $0 == ("split", "seed:42") })

            // The weights are those of a training on all ratings.
            let all = "\(directory)/all"
            let everything = command.filter { $0 != "--refit" } + ["--split", "none"]
            let outcome = try await run("rank-train", everything.map { $0 == alone ? all : $0 })
            try #require(outcome.exitCode == 0, "\(outcome.errors)")
            let question = ["predict", "--users", "all", "--top-k", "3", "--model"]
            let lists = try await run("rank-train", question + [model]).output
            #expect(try await run("rank-train", question + [all]).output == lists && !lists.isEmpty)

            let shown = try await run("rank-train", ["inspect", "--model", model])
            #expect(shown.output.contains("all ratings, after the test") && shown.output.contains("seed:42: count 400"))
            let again = try await run("rank-train", ["fit", "--data", data, "--output", model, "--quiet"] + options)
            #expect(again.exitCode == 0 && again.output == "" && again.errors == "")
            #expect(try "\(RankModel.load(path: model).modelID)" == report["model_id"] as? String)
        }
    }

    @Test func oneLineSaysSoAndThePageIsOfTheTestedModel() async throws {
        try await withTemporaryDirectory { directory in
            let (data, model) = (try await Self.data(in: directory), "\(directory)/model")
            let pages = ["\(directory)/page.html", "\(directory)/later.html"]
            let fit = ["fit", "--data", data, "--output", model, "--report", pages[0]] + Self.small
            let outcome = try await run("rank-train", fit)
            #expect(outcome.exitCode == 0 && outcome.errors == "", "\(outcome.errors)")
            let line = "trained on all 2,000 ratings; tested before without 400"
            #expect(outcome.output.split(separator: "\n").count { $0.contains(line) } == 1, "\(outcome.output)")
            #expect(outcome.output.contains("users") && outcome.output.contains("ids are numbers 1 to 40, contiguous"))
            let report = try await run(
                "rank-train",
                ["report", "--model", model, "--data", data, "--output", pages[1]]
            )
            #expect(report.exitCode == 0 && report.output.contains("training rmse"), "\(report.errors)")
            let texts = try pages.map { try String(contentsOfFile: $0, encoding: .utf8) }
            let id = try RankModel.load(path: model).modelID
            #expect(
                texts[0].contains("On 400 ratings that it was not trained on")
                    && texts[0].contains("the file has model")
            )
            #expect(texts[0].contains("\(id)") && texts[0].contains("id=\"curve\""))
            #expect(texts[1].contains("The model was trained on all ratings.") && texts[1].contains("seed:42"))
            let terminal = try await runOnTerminal("rank-train", fit)
            #expect(terminal.output.contains("training once more, on all 2,000 ratings\r\n"), "\(terminal.output)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: "\(directory)").count == 4)
        }
    }

    @Test func itIsNotMeasuredOnWhatItHasSeen() async throws {
        try await withTemporaryDirectory { directory in
            let (data, model) = (try await Self.csv(in: directory), "\(directory)/model")
            let fit = ["fit", "--data", data, "--output", model, "--quiet"] + Self.small
            try #require(try await run("rank-train", fit).exitCode == 0)
            let lines = try String(contentsOfFile: data, encoding: .utf8).split(separator: "\n").map { "\($0)\n" }
            func file(_ name: String, _ lines: [String]) throws -> String {
                try lines.joined().write(toFile: "\(directory)/\(name)", atomically: true, encoding: .utf8)
                return "\(directory)/\(name)"
            }
            let turned = try file("turned.csv", Array(lines.reversed()))
            let columns = lines.map { $0.dropLast().split(separator: ",") }
            let dialect = try file(
                "dialect.csv",
                ["rating,\"item\",userId\r\n"] + columns.map { "\($0[2]),\"\($0[1])\",\($0[0])\r\n" }
            )
            let part = try file("part.csv", Array(lines.prefix(300)))
            let test = try file("test.csv", columns.prefix(100).map { "\($0[0]),\($0[1])\n" })
            let scale = ["--scale", "1,5"]
            let evaluate = ["evaluate", "--model", model]
            for (options, text) in [
                ([data], "--no-refit"), ([data, "--split", "seed:42"], "inspect"),
                ([data, "--split", "seed:7"], "seen them"),
                ([data, "--split", test], "seen them"), ([data, "--split", "none"], "seen them"),
                ([turned, "--split", "seed:7"], "in another order"), ([dialect, "--split", "seed:42"], "seen them"),
                ([part, "--split", "seed:7"] + scale, "other ratings"),
            ] {
                let refused = try await run("rank-train", evaluate + ["--data"] + options)
                #expect(refused.exitCode == 65 && refused.output == "", "\(options): \(refused.output)")
                #expect(refused.errors.contains(text), "\(options): \(refused.errors)")
            }
            // What is insisted on is marked, as far as it can be known.
            for (path, seen) in [(data, 400 as Any), (turned, 400), (part, "cannot be checked")] {
                let options = ["--data", path, "--split", "seed:42", "--force", "--json"] + scale
                let forced = try Self.object(try await run("rank-train", evaluate + options).output)
                #expect(forced["seen_in_training"] as? NSObject == seen as? NSObject, "\(path)")
                #expect(
                    forced["ranked"] as? String == "own test items" && forced["claimed_split"] as? String == "seed:42"
                )
            }
            // With the data of the training, what the model has seen is left out by name.
            let more = try file("more.csv", Array(lines.prefix(300)) + ["1,9001,3\n", "7001,2,4\n", "7001,3,5\n"])
            let known = ["--split", more, "--trained-on", turned] + scale
            let left = try await run("rank-train", evaluate + ["--data", more, "--json"] + known)
            try #require(left.exitCode == 0, "\(left.errors)")
            let facts = try Self.object(left.output)
            #expect(facts["count"] as? Int == 3 && facts["left_out_as_seen"] as? Int == 300)
            #expect(facts["seen_in_training"] as? Int == 0)
            let all = try await run("rank-train", evaluate + ["--data", part, "--split", part] + known.suffix(4))
            #expect(all.exitCode == 65 && all.errors.contains("new to it"), "\(all.errors)")
            let other = ["--split", more, "--trained-on", part] + scale
            let wrong = try await run("rank-train", evaluate + ["--data", more] + other)
            #expect(wrong.exitCode == 65 && wrong.errors.contains("--trained-on"), "\(wrong.errors)")

            // A model that was not trained on its test ratings is measured, and says what is ranked.
            try #require(try await run("rank-train", fit + ["--no-refit"]).exitCode == 0)
            let plain = try await run("rank-train", evaluate + ["--data", data])
            #expect(plain.exitCode == 0 && plain.output.contains("none of the 400 test ratings"), "\(plain.errors)")
            let ranked = "each user's own test items, not the catalogue: such figures are much higher than metrics over"
            #expect(plain.output.contains("\(ranked) all items\n"))
            let split = ["--data", data, "--split", "seed:7", "--force", "--json"]
            let some = try Self.object(try await run("rank-train", evaluate + split).output)
            #expect((250..<390).contains(try #require(some["seen_in_training"] as? Int)))
        }
    }

    /// Killed while the tested model or the one on all ratings is trained, a training goes on to the same file.
    @Test(arguments: [
        ["--preset", "map-fm", "--factors", "8", "--sweeps", "400", "--checkpoint-every", "3"],
        [
            "--preset", "tutorial", "--refit", "--epochs", "40", "--optimizer", "adam", "--decay", "cosine",
            "--validation",
            "0.2", "--patience", "12",
        ],
        ["--preset", "distilled", "--steps", "800", "--hidden", "32", "--checkpoint-every", "1"],
    ])
    func aKilledTrainingIsResumedToTheSameModel(_ options: [String]) async throws {
        try await withTemporaryDirectory { directory in
            let (data, checkpoint) = (try await Self.data(in: directory), "\(directory)/checkpoint")
            let fit = ["fit", "--data", data] + options
            let (whole, again) = ("\(directory)/whole", "\(directory)/again")
            let own = ["--output", whole, "--checkpoint", "\(directory)/own", "--json"]
            let undisturbed = try await run("rank-train", fit + own)
            try #require(undisturbed.exitCode == 0, "\(undisturbed.errors)")
            for text in ["\"identity.", "\"identity.refit\""] {
                let interrupted = fit + ["--output", again, "--checkpoint", checkpoint]
                #expect(try await isKilled(interrupted, when: checkpoint, says: text))
                #expect(!FileManager.default.fileExists(atPath: again))
                #expect(try !text.contains("refit") || Checkpoint(path: checkpoint).isOfRefit)
                let resumed = try await run("rank-train", interrupted + ["--resume", checkpoint, "--json"])
                try #require(resumed.exitCode == 0, "\(resumed.errors)")
                #expect(FileManager.default.contents(atPath: whole) == FileManager.default.contents(atPath: again))
                let (first, second) = (try Self.object(undisturbed.output), try Self.object(resumed.output))
                for key in ["test", "epochs", "sweeps", "steps", "kept_epoch", "teacher_test"] {
                    #expect(first[key] as? NSObject == second[key] as? NSObject, "\(key)")
                }
                // The checkpoint is that of the end of the second training: other data, split or intention is another
                // run.
                for wrong in [["--split", "seed:1"], ["--no-refit"]] {
                    let refused = try await run(
                        "rank-train",
                        interrupted.filter { $0 != "--refit" } + ["--resume", checkpoint] + wrong
                    )
                    #expect(refused.exitCode == 65 && refused.errors.contains("of another run"), "\(refused.errors)")
                }
                for file in [again, checkpoint] { try FileManager.default.removeItem(atPath: file) }
            }
        }
    }

    @Test func fitAndQualityTrainTheSamePreset() async throws {
        try await withTemporaryDirectory { directory in
            let data = try await Self.data(in: directory)
            let fit = try await run("rank-train", ["fit", "--data", data, "--output", "\(directory)/m", "--json"])
            let quality = try await run(
                "rank-train",
                ["quality", "--data", data, "--splits", "seed:42", "--format", "json"]
            )
            let rows = try Self.object(quality.output)["rows"] as? [[String: Any]]
            let (test, last) = (try Self.object(fit.output)["test"] as? [String: Any], rows?.last)
            #expect(last?["model"] as? String == "best")
            #expect(last?["mean_rmse"] as? Double == test?["rmse"] as? Double && test?["rmse"] is Double)
        }
    }

    private func isKilled(_ arguments: [String], when file: String, says text: String) async throws -> Bool {
        let result = try await Subprocess.run(
            .path(Programs.path("rank-train")),
            arguments: Arguments(arguments),
            input: .none,
            output: .discarded,
            error: .discarded
        ) { execution in
            try await eventually("\(file) says \(text)", within: .seconds(240), every: .milliseconds(1)) {
                FileManager.default.contents(atPath: file)?.range(of: Data(text.utf8)) != nil
            }
            _ = Foundation.kill(execution.processIdentifier.value, SIGKILL)
        }
        return result.terminationStatus == .signaled(SIGKILL)
    }

    /// 2,000 invented ratings of 40 users.
    private static func data(in directory: FilePath) async throws -> String {
        let data = "\(directory)/data"
        let sizes = ["--ratings", "2000", "--users", "40", "--items", "100"]
        try #require(try await run("rank-train", ["synthesize", "--output", data] + sizes).exitCode == 0)
        return data
    }

    /// As many in one CSV without a header.
    private static func csv(in directory: FilePath) async throws -> String {
        let lines = (1...40).flatMap { user in
            (1...50).map { item in "\(user),\(item * 3),\(1 + (user * 3 + item * 7 + user * item) % 5)\n" }
        }
        let path = "\(directory)/mine.csv"
        try lines.joined().write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    private static func object(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }
}
