import Foundation
import RankCore
import RankEngine
import RankSystem
import SystemPackage
import TestSupport
import Testing

/// The command `rank-train` as a process: exit codes, streams and files.
///
/// Everything runs on invented data; standard streams are pipes, so no log is drawn.
@Suite(.timeLimit(.minutes(5))) struct RankTrainTests {
    @Test func aFactorisationMachineIsTrainedAndEvaluated() async throws {
        try await withTemporaryDirectory { directory in
            let (data, model) = (directory.string + "/data", directory.string + "/model")
            #expect(try await rankTrain("synthesize", "--output", data).exitCode == 0)
            let options = ["--preset", "map-fm", "--factors", "4", "--sweeps", "3", "--no-refit", "--json"]
            let fit = try await run("rank-train", ["fit", "--data", data, "--output", model] + options)
            #expect(fit.exitCode == 0 && fit.errors == "")
            let report = try object(fit.output)
            #expect(report["factors"] as? Int == 4 && (report["sweeps"] as? [[String: Any]])?.count == 3)
            #expect(report["item_columns"] as? [String] == ["year"])
            let test = try #require(report["test"] as? [String: Any])
            let loaded = try RankModel.load(path: model)
            #expect(report["model_id"] as? String == "\(loaded.modelID)")
            let evaluated = try await rankTrain("evaluate", "--model", model, "--data", data, "--json")
            #expect(try object(evaluated.output)["rmse"] as? Double == test["rmse"] as? Double)
        }
    }

    @Test func withoutAPresetTheMostAccurateOneIsTrained() async throws {
        try await withTemporaryDirectory { directory in
            let (data, model) = (directory.string + "/data", directory.string + "/model")
            try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: false)
            let ratings = (0..<200).map { "\($0 % 20 + 1)\t\($0 % 23 + 1)\t\($0 % 5 + 1)\t0\n" }
            try ratings.joined().write(toFile: data + "/u.data", atomically: true, encoding: .utf8)
            let items = (1...23).map {
                "\($0)|Item \($0) (1990)|01-Jan-1990|||1" + String(repeating: "|0", count: 18) + "\n"
            }
            try items.joined().write(toFile: data + "/u.item", atomically: true, encoding: .utf8)
            let fit = try await rankTrain("fit", "--data", data, "--output", model, "--json")
            #expect(fit.exitCode == 0, "\(fit.errors)")
            #expect(try object(fit.output)["preset"] as? String == "best")
        }
    }

    @Test func fromInventedRatingsToPredictions() async throws {
        try await withTemporaryDirectory { directory in
            let (data, model) = (directory.string + "/data", directory.string + "/model")
            let synthesized = try await rankTrain("synthesize", "--output", data, "--seed", "7")
            #expect(synthesized.exitCode == 0 && synthesized.output.contains("synthetic (seed 7), not MovieLens"))

            let tutorial = ["fit", "--data", data, "--preset", "tutorial", "--output"]
            let fit = try await run("rank-train", tutorial + [model, "--json"])
            #expect(fit.exitCode == 0 && fit.errors == "")
            let report = try object(fit.output)
            #expect(report["data"] as? String == "synthetic (seed 7)")
            let onAllCores = try object(
                try await run("rank-train", tutorial + [model + ".all", "--threads", "all", "--json"]).output
            )
            #expect(onAllCores["model_id"] as? String == report["model_id"] as? String)
            #expect(report["threads"] as? Int == 1 && onAllCores["threads"] as? Int == Processors.available)
            #expect((report["epochs"] as? [[String: Any]])?.count == 5)
            let test = try #require(report["test"] as? [String: Any])
            #expect(test["count"] as? Int == 20_000)
            let loaded = try RankModel.load(path: model)
            #expect(report["model_id"] as? String == "\(loaded.modelID)")

            // Without --json, another process: the same model.
            let again = try await run("rank-train", tutorial + [model + "2"])
            #expect(again.exitCode == 0 && again.errors == "" && again.output.contains("\(loaded.modelID)"))
            #expect(again.output.contains("synthetic (seed 7)"))
            let quiet = try await run("rank-train", tutorial + [model + "3", "--seed", "1", "--quiet"])
            #expect(quiet.exitCode == 0 && quiet.errors == "" && quiet.output == "")
            #expect(try RankModel.load(path: model + "3").modelID != loaded.modelID)

            let evaluated = try await rankTrain("evaluate", "--model", model, "--data", data, "--json")
            #expect(evaluated.exitCode == 0)
            let metrics = try object(evaluated.output)
            for key in ["rmse", "rmse_stars", "mae", "ndcg@10", "count", "loss"] {
                #expect(metrics[key] as? Double == test[key] as? Double && metrics[key] != nil, "\(key)")
            }
            #expect(metrics["data"] as? String == "synthetic (seed 7)")
            let three = ["--k", "3", "--relevant", "5", "--json"]
            let cut = try object(
                await run("rank-train", ["evaluate", "--model", model, "--data", data] + three).output
            )
            for measure in ["ndcg", "ndcg_exp", "mrr", "map", "recall"] {
                let (short, long) = (cut["\(measure)@3"] as? Double, metrics["\(measure)@10"] as? Double)
                #expect(try #require(short) != #require(long), "\(measure)")
            }
            let catalogue = ["evaluate", "--model", model, "--data", data, "--candidates", "all"]
            let all = try object(await run("rank-train", catalogue + ["--json"]).output)
            #expect(all["ranked"] as? String == "all items but those rated in training")
            #expect(all["rmse"] as? Double == metrics["rmse"] as? Double)
            #expect(try #require(all["recall@10"] as? Double) < #require(metrics["recall@10"] as? Double))
            #expect(
                try await run("rank-train", catalogue).output.contains("of the model but those that the user rated in")
            )
            let unnamed = try await run("rank-train", catalogue.dropLast() + ["some"])
            #expect(unnamed.exitCode == 64 && unnamed.errors.contains("some"))
            let none = try await rankTrain("evaluate", "--model", model, "--data", data, "--k", "0")
            #expect(none.exitCode == 64 && none.errors.contains("--k 0"))

            let inspected = try await rankTrain("inspect", "--model", model, "--json")
            #expect(try object(inspected.output)["data"] as? String == "synthetic (seed 7)")
            #expect(try object(inspected.output)["goldens_checked"] as? Int == 256)
            #expect(try object(inspected.output)["proof"] as? String == "trained")
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
            #expect(predicted.exitCode == 0 && predicted.errors.contains("synthetic (seed 7)"))
            let lines = predicted.output.split(separator: "\n")
            #expect(lines.count == 3 && lines[0] == lines[2] && lines[1].hasPrefix("1,1,"))
            let ranked = try loaded.makeRanker().rank([1_682], for: 943, unknownIDs: .fallback)
            #expect(lines[0] == "943,1682,\(ranked[0].score)")

            let integers = ["--model", model, "--precision", "int8", "--kernel", "scalar"]
            let rounded = try await run("rank-train", ["evaluate", "--data", data, "--json"] + integers)
            #expect(try object(rounded.output)["precision"] as? String == "int8", "\(rounded.errors)")
            #expect(try object(rounded.output)["rmse"] as? Double != metrics["rmse"] as? Double)
            let other = try await run("rank-train", ["predict", "--input", "-"] + integers, input: "943,1682\n")
            let score = try loaded.makeRanker(kernel: .scalar, precision: .int8).rank(
                [1_682],
                for: 943,
                unknownIDs: .fallback
            )
            #expect(other.output == "943,1682,\(score[0].score)\n", "\(other.errors)")
        }
    }

    @Test func theBestItemsForManyUsers() async throws {
        try await withTemporaryDirectory { directory in
            let model = try TestModel.write(in: directory)
            let all = try await rankTrain("predict", "--model", model, "--users", "all", "--top-k", "3")
            #expect(all.exitCode == 0 && all.errors.contains("943 users, 1,682 items each"))
            let lines = all.output.split(separator: "\n")
            #expect(lines.count == 3 * 943)
            let ranker = try RankModel.load(path: model).makeRanker()
            let catalogue = Array(1...TestModel.candidateCount)
            let expected = try ranker.rank(catalogue, for: 42, top: 3, unknownIDs: .fallback).map {
                "42,\($0.id),\($0.score)"
            }
            #expect(lines[(3 * 41)..<(3 * 42)].map(String.init) == expected)
            let some = try await run(
                "rank-train",
                ["predict", "--model", model, "--users", "-", "--top-k", "3", "--threads", "3"],
                input: "user_id\n7\n42\n"
            )
            #expect(some.output.split(separator: "\n").suffix(3).map(String.init) == expected)

            let ten = try await run("rank-train", ["predict", "--model", model, "--users", "-"], input: "7\n")
            #expect(ten.output.split(separator: "\n").count == 10)
            let unknown = try await run("rank-train", ["predict", "--model", model, "--users", "-"], input: "7\n944\n")
            #expect(unknown.exitCode == 65 && unknown.output == "" && unknown.errors.contains("user 944"))
            let scored = try await run(
                "rank-train",
                ["predict", "--model", model, "--users", "-", "--unknown", "fallback", "--top-k", "1"],
                input: "944\n"
            )
            let stranger = try ranker.rank(catalogue, for: 944, top: 1, unknownIDs: .fallback)
            #expect(scored.exitCode == 0 && scored.output == "944,\(stranger[0].id),\(stranger[0].score)\n")
            for (options, text) in [
                ([], "--users"), (["--input", "-", "--users", "all"], "--users"),
                (["--input", "-", "--top-k", "3"], "--top-k"),
                (["--users", "all", "--top-k", "0"], "--top-k"), (["--users", "all", "--threads", "0"], "--threads"),
                (["--users", "all", "--threads", "some"], "1 to 1024, or all"),
            ] {
                let refused = try await run("rank-train", ["predict", "--model", model] + options, input: "")
                #expect(refused.exitCode == 64 && refused.errors.contains(text), "\(options)")
            }
        }
    }

    @Test func anInventedCatalogueIsAModel() async throws {
        try await withTemporaryDirectory { directory in
            let (model, large) = (try TestModel.write(in: directory), "\(directory)/large")
            let made = try await rankTrain("enlarge", "--model", model, "--items", "5000", "--output", large)
            #expect(made.exitCode == 0 && made.errors == "" && made.output.contains("5,000 invented items"))
            let inspected = try object(try await rankTrain("inspect", "--model", large, "--json").output)
            #expect((inspected["candidates"] as? [String: Any])?["count"] as? Int == 5_000)
            #expect(inspected["bytes"] as? Int == FileManager.default.contents(atPath: large)?.count)
            #expect(inspected["digest_seconds"] as? Double != nil)
            #expect((inspected["data"] as? String)?.hasPrefix("synthetic ") == true)
            let bytes = FileManager.default.contents(atPath: large)
            for (seed, isSame) in [("42", true), ("43", false)] {
                let again = ["enlarge", "--model", model, "--items", "5000", "--output", "\(directory)/again"]
                let made = try await run("rank-train", again + ["--seed", seed])
                #expect(made.exitCode == 0)
                #expect((FileManager.default.contents(atPath: "\(directory)/again") == bytes) == isSame)
            }
            for items in ["0", "4294967295", "many"] {
                let refused = try await rankTrain("enlarge", "--model", model, "--items", items, "--output", large)
                #expect(refused.exitCode == 64 && refused.errors.contains("--items"))
            }
            let nowhere = "/nonexistent/large"
            let unwritable = try await rankTrain("enlarge", "--model", model, "--items", "5", "--output", nowhere)
            #expect(unwritable.exitCode == 73 && unwritable.errors.contains(nowhere))
        }
    }

    @Test func aTerminalSeesALogLikeThatOfKeras() async throws {
        try await withTemporaryDirectory { directory in
            let model = try await fittedModel(in: directory)
            let outcome = try await runOnTerminal(
                "rank-train",
                [
                    "fit", "--data", "\(directory)/data", "--output", model + "2", "--preset", "tutorial",
                    "--epochs", "1",
                ]
            )
            #expect(outcome.exitCode == 0)
            #expect(outcome.output.contains("synthetic (seed 42): train on 80,000 ratings, test on 20,000\r\n"))
            #expect(outcome.output.contains("\r\nEpoch 1/1\r\n"))
            let number = #"0\.\d{4}"#
            let bar = try Regex(
                #"\r80/80 ━{20} \d+s \d+[mu]s/step - loss: \#(number) - root_mean_squared_error: \#(number)"#
                    + #" - val_loss: \#(number) - val_root_mean_squared_error: \#(number)\x{1B}\[K\r\n"#
            ).matchingSemantics(.unicodeScalar)
            #expect(outcome.output.contains(bar), "\(outcome.output.debugDescription)")
            #expect(try RankModel.load(path: model).modelID == RankModel.load(path: model + "2").modelID)
        }
    }

    @Test func unknownIDsAreAnErrorUnlessTheFallbackIsAskedFor() async throws {
        try await withTemporaryDirectory { directory in
            let model = try await fittedModel(in: directory)
            let pairs = directory.string + "/pairs.csv"
            try "1,1\n\n1,99999\n".write(toFile: pairs, atomically: true, encoding: .utf8)
            let refused = try await rankTrain("predict", "--model", model, "--input", pairs)
            #expect(refused.exitCode == 65 && refused.output == "")
            #expect(refused.errors.contains("\(pairs):3: the model does not know item 99999"))
            let fallback = try await rankTrain("predict", "--model", model, "--input", pairs, "--unknown", "fallback")
            #expect(fallback.exitCode == 0 && fallback.output.split(separator: "\n").count == 2)
            let user = try await rankTrain("predict", "--model", model, "--input", "-", input: "0,1\n")
            #expect(user.exitCode == 65 && user.errors.contains("standard input:1: the model does not know user 0"))
        }
    }

    @Test func aModelWithoutATestSetNeedsASplitToEvaluate() async throws {
        try await withTemporaryDirectory { directory in
            let model = try await fittedModel(in: directory, split: "none")
            let data = directory.string + "/data"
            let missing = try await rankTrain("evaluate", "--model", model, "--data", data)
            #expect(missing.exitCode == 64 && missing.errors.contains("give --split"))
            let refused = try await rankTrain("evaluate", "--model", model, "--data", data, "--split", "seed:42")
            #expect(refused.exitCode == 65 && refused.errors.contains("--force"))
            let none = try await rankTrain("evaluate", "--model", model, "--data", data, "--split", "none")
            #expect(none.exitCode == 65 && none.errors.contains("no test rows"))
            // Before a training, which would diverge.
            let tutorial = ["--preset", "tutorial", "--learning-rate", "1e30"]
            let quality = ["quality", "--data", data, "--splits", "none"] + tutorial
            let untested = try await run("rank-train", quality)
            #expect(untested.exitCode == 65 && untested.errors.contains("no test rows"), "\(untested.errors)")
        }
    }

    @Test func anOutputThatCannotBeWrittenIsFoundBeforeTheDataIsRead() async throws {
        let fit = try await rankTrain("fit", "--data", "/nonexistent", "--output", "/dev/null/model")
        #expect(fit.exitCode == 73 && fit.errors.contains("/dev/null/model"))
        let synthesize = try await rankTrain("synthesize", "--output", "/dev/null/x")
        #expect(synthesize.exitCode == 73)
        for option in ["--output", "--checkpoint", "--report"] {
            let others = option == "--output" ? [] : ["--output", "/tmp/rank-model-that-is-not-made"]
            let device = try await run("rank-train", ["fit", "--data", "/nonexistent", option, "/dev/null"] + others)
            #expect(
                device.exitCode == 73 && device.errors.contains("\(option) /dev/null is not a regular file"),
                "\(device.errors)"
            )
        }
    }

    @Test func whatIsReadIsNotWrittenOver() async throws {
        try await withTemporaryDirectory { directory in
            let model = try await fittedModel(in: directory, split: "seed:42")
            let (data, ratings) = (directory.string + "/data", directory.string + "/r.csv")
            try "1,1,5\n1,2,1\n2,1,3\n9000,1,4\n".write(toFile: ratings, atomically: true, encoding: .utf8)
            let before = [model, ratings, data + "/u.item"].map { FileManager.default.contents(atPath: $0) }
            let fit = ["fit", "--preset", "map-fm", "--sweeps", "1", "--factors", "2"]
            let cases: [(arguments: [String], option: String)] = [
                (fit + ["--data", ratings, "--output", ratings], "--data"),
                (fit + ["--data", data, "--output", data + "/u.item"], "--data"),
                (fit + ["--data", data, "--output", directory.string + "/m", "--report", data + "/u.item"], "--data"),
                (fit + ["--data", data, "--split", ratings, "--output", ratings], "--split"),
                (fit + ["--data", data, "--resume", model, "--output", model], "--resume"),
                (["report", "--model", model, "--data", data, "--output", model], "--model"),
                (["distill", "--teacher", model, "--data", data, "--output", model], "--teacher"),
                (["fold-in", "--model", model, "--ratings", ratings, "--output", ratings], "--ratings"),
                (["fold-in", "--model", model, "--data", data, "--output", data + "/u.item"], "--data"),
                (["enlarge", "--model", model, "--items", "5", "--output", model], "--model"),
            ]
            for (arguments, option) in cases {
                let result = try await run("rank-train", arguments)
                #expect(result.exitCode == 64 && result.errors.contains("which \(option) reads"), "\(result.errors)")
            }
            #expect(before == [model, ratings, data + "/u.item"].map { FileManager.default.contents(atPath: $0) })
        }
    }

    @Test func badInputIsRefusedWithItsPlace() async throws {
        try await withTemporaryDirectory { directory in
            let file = directory.string + "/file"
            try "not a model".write(toFile: file, atomically: true, encoding: .utf8)
            let cases: [(arguments: [String], status: Int32, named: String)] = [
                (["fit", "--data", "/nonexistent", "--output", file + "2"], 65, "/nonexistent"),
                (["fit", "--data", directory.string, "--output", file + "2"], 65, directory.string),
                (["evaluate", "--model", file, "--data", "/nonexistent"], 65, file),
                (["predict", "--model", file, "--input", "-"], 65, file),
                (["quality", "--data", "/nonexistent"], 65, "/nonexistent"),
                (["fold-in", "--model", file, "--ratings", "-", "--output", file + "2"], 65, file),
                (["cold-start", "--data", "/nonexistent"], 65, "/nonexistent"),
            ]
            for (arguments, status, named) in cases {
                let result = try await run("rank-train", arguments)
                #expect(result.exitCode == status && result.output == "", "\(arguments)")
                #expect(result.errors.hasPrefix("error: ") && result.errors.contains(named), "\(result.errors)")
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory.string) == ["file"])
        }
    }

    @Test(arguments: [
        ["fit", "--output", "/tmp/m"], ["fit", "--data", "d", "--output", ""],
        ["fit", "--data", "d", "--output", "m", "--seed", "-1"],
        ["fit", "--data", "d", "--output", "m", "--preset", "tutorial", "--kernel", "mmx"],
        ["fit", "--data", "d", "--output", "m", "--json", "--quiet"],
        ["fit", "--data", "d", "--output", "m", "--report", "m"],
        ["fit", "--data", "d", "--output", "m", "--report", "c", "--checkpoint", "c"],
        ["fit", "--data", "d", "--output", "m", "--report", "r", "--preset", "tutorial", "--loss", "list-mle"],
        ["fit", "--data", "d", "--output", "m", "--preset", "map-fm", "--epochs", "3"],
        ["fit", "--data", "d", "--output", "m", "--preset", "map-fm", "--sweeps", "0"],
        ["fit", "--data", "d", "--output", "m", "--preset", "tutorial", "--factors", "8"],
        ["fit", "--data", "d", "--output", "m", "--epochs", "3"],
        ["fit", "--data", "d", "--output", "m", "--preset", "best", "--sweeps", "3"],
        ["fit", "--data", "d", "--output", "m", "--preset", "distilled", "--checkpoint", "m"],
        ["distill", "--teacher", "t", "--data", "d", "--output", "m", "--checkpoint", "m"],
        ["distill", "--teacher", "t", "--data", "d", "--output", "m", "--checkpoint-every", "2"],
        ["fit", "--data", "d", "--output", "m", "--threads", "2"],
        ["fit", "--data", "d", "--output", "m", "--preset", "map-fm", "--threads", "1"],
        ["fit", "--data", "d", "--output", "m", "--preset", "tutorial", "--threads", "0"],
        ["fit", "--data", "d", "--output", "m", "--preset", "tutorial", "--threads=-1"],
        ["fit", "--data", "d", "--output", "m", "--preset", "tutorial", "--threads", "1025"],
        ["fit", "--data", "d", "--output", "m", "--preset", "distilled", "--threads", "many"],
        ["quality", "--data", "d", "--preset", "best", "--threads", "2"],
        ["distill", "--teacher", "t", "--data", "d", "--output", "m", "--threads", "0"],
        ["distill", "--teacher", "t", "--data", "d", "--output", "m", "--hidden", "64,0"],
        ["distill", "--teacher", "t", "--data", "d", "--output", "m", "--hidden", "65537"],
        ["fit", "--data", "d", "--output", "m", "--preset", "distilled", "--dimensions", "0"],
        ["quality", "--data", "d", "--splits", "seed:1", "seed:2", "seed:1"],
        ["fit", "--data", "d", "--output", "m", "--checkpoint", "./m"],
        ["predict", "--model", "m", "--input", "-", "--unknown", "omit"], ["inspect"], ["train"],
        ["fold-in", "--model", "m", "--ratings", "r", "--output", "o", "--penalty", "0"],
        ["fold-in", "--model", "m", "--ratings", "r", "--output", "o", "--refresh", "some"],
        ["fold-in", "--model", "m", "--output", "o"],
        ["cold-start", "--data", "d", "--preset", "tutorial"],
        ["cold-start", "--data", "d", "--folds", "1"], ["cold-start", "--data", "d", "--folds", "1001"],
        ["cold-start", "--data", "d", "--shown", "5", "1"], ["cold-start", "--data", "d", "--shown", "1", "1"],
        ["cold-start", "--data", "d", "--shown=-1"], ["cold-start", "--data", "d", "--penalty", "0"],
        ["cold-start", "--data", "d", "--penalty", "nan"],
    ])
    func aWrongCommandLineIsUsage(_ arguments: [String]) async throws {
        let result = try await run("rank-train", arguments)
        #expect(result.exitCode == 64 && result.output == "" && result.errors.hasPrefix("error: "), "\(result.errors)")
    }

    @Test(arguments: [
        [], ["fit"], ["evaluate"], ["predict"], ["inspect"], ["synthesize"], ["quality"], ["fold-in"], ["cold-start"],
        ["report"],
    ])
    func helpHasAnExampleAndTheExitCodes(_ command: [String]) async throws {
        let result = try await run("rank-train", command + ["--help"])
        #expect(result.exitCode == 0 && result.errors == "")
        #expect(result.output.contains("EXAMPLE") && result.output.contains("rank-train \(command.first ?? "fit") "))
        #expect(result.output.contains("EXIT CODES: 0 success, 64 usage"))
    }

    @Test func aReportIsMadeByTheTrainingOrFromItsModel() async throws {
        try await withTemporaryDirectory { directory in
            let (data, model) = (directory.string + "/data", directory.string + "/model")
            _ = try await rankTrain("synthesize", "--output", data)
            let options = ["--preset", "map-fm", "--factors", "4", "--sweeps", "3", "--no-refit"]
            let plain = try await run("rank-train", ["fit", "--data", data, "--output", model] + options)
            let (page, later) = (directory.string + "/page.html", directory.string + "/later.html")
            let fit = try await run(
                "rank-train",
                ["fit", "--data", data, "--output", model, "--report", page] + options
            )
            #expect(fit.exitCode == 0 && fit.errors == "")
            // A report changes nothing of the model.
            let (a, b) = (plain.output.split(separator: "\n").first, fit.output.split(separator: "\n").first)
            #expect(a == b && a?.hasPrefix("model ") == true)
            let report = try await rankTrain("report", "--model", model, "--data", data, "--output", later)
            #expect(report.exitCode == 0 && report.output.contains("test rmse"))
            let pages = try [page, later].map { try String(contentsOfFile: $0, encoding: .utf8) }
            #expect(pages[0].contains("id=\"curve\"") && !pages[1].contains("id=\"curve\""))
            #expect(pages.allSatisfy { $0.contains("id=\"calibration\"") && $0.contains("The ratings were invented.") })
            let nowhere = directory.string + "/none/page.html"
            let refused = try await run("rank-train", ["fit", "--data", data, "--output", model, "--report", nowhere])
            #expect(refused.exitCode == 73 && refused.errors.contains("choose another --report"))
            let other = try await rankTrain(
                "report",
                "--model",
                model,
                "--data",
                data,
                "--split",
                "seed:1",
                "--output",
                later
            )
            #expect(other.exitCode == 65 && other.errors.contains("--force"))
        }
    }

    @Test func qualityComparesWithTheBaselines() async throws {
        try await withTemporaryDirectory { directory in
            let data = directory.string + "/data"
            _ = try await rankTrain("synthesize", "--output", data)
            let quality = ["quality", "--data", data, "--preset", "tutorial", "--splits", "seed:3"]
            let table = try await run("rank-train", quality + ["--format", "markdown"])
            #expect(table.exitCode == 0 && table.output.hasPrefix("synthetic (seed 42)\n\n| model | seed:3 |"))
            for name in ["global mean", "item mean", "user and item biases", "tutorial"] {
                #expect(table.output.contains("\n| \(name) | 0."))
            }
            let json = try await run("rank-train", quality + ["seed:4", "--format", "json"])
            let report = try object(json.output)
            #expect(report["data"] as? String == "synthetic (seed 42)")
            #expect((report["rows"] as? [Any])?.count == 4)
        }
    }

    private func object(_ text: String) throws -> [String: Any] {
        try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }
}

/// A model trained for one epoch on invented data in `directory/data`.
private func fittedModel(in directory: FilePath, split: String = "seed:42") async throws -> String {
    let (data, model) = ("\(directory)/data", "\(directory)/model")
    try #require(try await rankTrain("synthesize", "--output", data).exitCode == 0)
    let options = ["--preset", "tutorial", "--epochs", "1", "--split", split, "--quiet"]
    try #require(try await run("rank-train", ["fit", "--data", data, "--output", model] + options).exitCode == 0)
    return model
}

private func rankTrain(_ arguments: String..., input: String = "") async throws -> Outcome {
    try await run("rank-train", arguments, input: input)
}
