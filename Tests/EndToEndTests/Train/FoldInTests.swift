import Foundation
import RankEngine
import TestSupport
import Testing

/// The commands `fold-in` and `cold-start` as processes, on invented data.
@Suite(.timeLimit(.minutes(5))) struct FoldInTests {
    @Test func newUsersAndItemsAreFoldedInAndPredicted() async throws {
        try await withTemporaryDirectory { directory in
            let (data, model) = ("\(directory)/data", "\(directory)/model")
            #expect(try await run("rank-train", ["synthesize", "--output", data]).exitCode == 0)
            let small = ["--preset", "map-fm", "--factors", "4", "--sweeps", "3", "--quiet"]
            #expect(try await run("rank-train", ["fit", "--data", data, "--output", model] + small).exitCode == 0)
            let (ratings, output) = ("\(directory)/new.csv", "\(directory)/model-2")
            try "user_id,item_id,rating\n944,1,5\n944,2,4.5\n1,9000,2\n2,9000,1\n1,1,5\n"
                .write(toFile: ratings, atomically: true, encoding: .utf8)
            let arguments = ["fold-in", "--model", model, "--ratings", ratings]
            let folded = try await run("rank-train", arguments + ["--output", output, "--json"])
            #expect(folded.exitCode == 0 && folded.errors == "", "\(folded.errors)")
            let report = try #require(
                JSONSerialization.jsonObject(with: Data(folded.output.utf8)) as? [String: Any]
            )
            let loaded = try RankModel.load(path: output)
            #expect(report["model_id"] as? String == "\(loaded.modelID)")
            #expect(report["new_users"] as? Int == 1 && report["new_items"] as? Int == 1)
            #expect(report["ratings"] as? Int == 4 && report["passed_over"] as? Int == 1)
            let predicted = try await run(
                "rank-train",
                ["predict", "--model", output, "--input", "-"],
                input: "944,9000\n"
            )
            #expect(predicted.exitCode == 0 && predicted.output.hasPrefix("944,9000,"), "\(predicted.errors)")

            // The ratings folded in are seen, and not those of the training that --trained-on names.
            let evaluate = ["evaluate", "--model", output, "--data", ratings, "--split", ratings, "--scale", "1,5"]
            let seen = try await run("rank-train", evaluate + ["--trained-on", data])
            #expect(seen.exitCode == 65 && seen.errors.contains("fold-in"), "\(seen.errors)")

            // The model itself is replaced as a whole; the rows that were new are then known.
            let parent = try RankModel.load(path: model).modelID
            let shown = try await run("rank-train", arguments + ["--output", model])
            #expect(shown.exitCode == 0 && shown.output.contains("\(parent)") && shown.output.contains("passed over"))
            #expect(try RankModel.load(path: model).modelID == loaded.modelID)
            let again = try await run("rank-train", arguments + ["--output", output])
            #expect(again.exitCode == 65 && again.errors.contains("nothing to fold in"))
            let quiet = try await run("rank-train", arguments + ["--output", output, "--refresh", "all", "--quiet"])
            #expect(quiet.exitCode == 0 && quiet.output == "" && quiet.errors == "")

            let before = FileManager.default.contents(atPath: output)
            for (text, named) in [
                ("944,1,5\n944,1,4\n", "\(ratings):2: "), ("", "no ratings"), ("944,1,6\n", "\(ratings):1: "),
            ] {
                try text.write(toFile: ratings, atomically: true, encoding: .utf8)
                let refused = try await run("rank-train", arguments + ["--output", output])
                #expect(refused.exitCode == 65 && refused.errors.contains(named), "\(refused.errors)")
            }
            #expect(FileManager.default.contents(atPath: output) == before)
            #expect(try FileManager.default.contentsOfDirectory(atPath: "\(directory)").count == 4)
        }
    }

    /// Users who have rated nothing and differ in what the users' file says of them, and a film that nobody has seen.
    @Test func newUsersAreServedByWhatIsKnownOfThem() async throws {
        try await withTemporaryDirectory { directory in
            let (data, model, output) = ("\(directory)/data", "\(directory)/model", "\(directory)/model-2")
            #expect(try await run("rank-train", ["synthesize", "--output", data]).exitCode == 0)
            let users = (1...943).map { id in
                "\(id)|\(18 + id % 50)|\(id % 2 == 0 ? "M" : "F")|artist|\(id % 10)1000\n"
            }.joined()
            try users.write(toFile: "\(data)/u.user", atomically: true, encoding: .utf8)
            let small = ["--preset", "map-fm", "--factors", "4", "--sweeps", "3", "--quiet"]
            #expect(try await run("rank-train", ["fit", "--data", data, "--output", model] + small).exitCode == 0)
            let fold = ["fold-in", "--model", model, "--data", data, "--output", output]
            let nothing = try await run("rank-train", fold)
            #expect(nothing.exitCode == 65 && nothing.errors.contains("nothing to fold in"), "\(nothing.errors)")

            let new = "944|19|F|artist|11000\n945|65|M|artist|71000\n946||||\n"
            try (users + new).write(toFile: "\(data)/u.user", atomically: true, encoding: .utf8)
            let items = try String(contentsOfFile: "\(data)/u.item", encoding: .isoLatin1)
            let genres = (0..<19).map { $0 == 5 ? "1" : "0" }.joined(separator: "|")
            let film = "1683|A Film (1997)|01-Jan-1997|||" + genres
            try (items + film + "\n").write(toFile: "\(data)/u.item", atomically: true, encoding: .isoLatin1)
            let folded = try await run("rank-train", fold + ["--json"])
            #expect(folded.exitCode == 0 && folded.errors == "", "\(folded.errors)")
            let report = try #require(JSONSerialization.jsonObject(with: Data(folded.output.utf8)) as? [String: Any])
            #expect(report["new_users"] as? Int == 2 && report["described_users"] as? Int == 2)
            #expect(report["new_items"] as? Int == 1 && report["left_out"] as? Int == 1)
            #expect(report["ratings"] as? Int == 0 && report["fitted_rmse_after"] is NSNull)

            let candidates: [UInt64] = Array(1...200) + [1_683]
            let scores = try await withWorkers(1, options: ["--model", output], in: directory) { workers in
                let client = RawClient(endpoint: workers[0].endpoint, form: .dealer)
                var scores: [[UInt32]] = []
                for user: UInt64 in [944, 945, 7] {
                    scores.append(try await client.scores(user: user, candidates: candidates))
                }
                return scores
            }
            #expect(zip(scores[0], scores[1]).allSatisfy { $0 != $1 })
            let old = try await withWorkers(1, options: ["--model", model], in: directory) { workers in
                let client = RawClient(endpoint: workers[0].endpoint, form: .dealer)
                return try await client.scores(user: 7, candidates: Array(candidates.dropLast()))
            }
            #expect(old == Array(scores[2].dropLast()))
        }
    }

    @Test func columnsThatCannotBeReadAreRefused() async throws {
        try await withTemporaryDirectory { directory in
            let (data, model) = ("\(directory)/data", "\(directory)/model")
            #expect(try await run("rank-train", ["synthesize", "--output", data]).exitCode == 0)
            let small = ["--preset", "map-fm", "--factors", "2", "--sweeps", "1", "--quiet"]
            #expect(try await run("rank-train", ["fit", "--data", data, "--output", model] + small).exitCode == 0)
            let ratings = "\(directory)/new.csv"
            try "1,1,5\n".write(toFile: ratings, atomically: true, encoding: .utf8)
            try FileManager.default.createDirectory(atPath: "\(directory)/alone", withIntermediateDirectories: false)
            try FileManager.default.copyItem(atPath: ratings, toPath: "\(directory)/alone/ratings.csv")
            for (path, named) in [
                ("\(directory)/missing", "no such directory"), (ratings, "not a directory"),
                ("\(directory)/alone", "no columns"),
            ] {
                let refused = try await run(
                    "rank-train",
                    ["fold-in", "--model", model, "--data", path, "--output", "\(directory)/o"]
                )
                #expect(refused.exitCode == 65 && refused.errors.contains(named), "\(refused.errors)")
                #expect(refused.errors.contains(path))
            }
            #expect(!FileManager.default.fileExists(atPath: "\(directory)/o"))
        }
    }

    @Test func aNetworkIsRefused() async throws {
        try await withTemporaryDirectory { directory in
            let model = try TestModel.write(in: directory)
            let arguments = ["fold-in", "--model", model, "--ratings", "-", "--output", "\(directory)/o"]
            let refused = try await run("rank-train", arguments, input: "5000,1,5\n")
            #expect(refused.exitCode == 65 && refused.errors.contains("dense layers"))
            #expect(refused.errors.contains("--preset best"))
        }
    }

    @Test func coldStartPrintsATable() async throws {
        try await withTemporaryDirectory { directory in
            let data = "\(directory)/data"
            #expect(try await run("rank-train", ["synthesize", "--output", data]).exitCode == 0)
            let options = ["--preset", "map-fm", "--folds", "2", "--shown", "0", "5", "--format", "markdown"]
            let result = try await run("rank-train", ["cold-start", "--data", data, "--hide", "items"] + options)
            #expect(result.exitCode == 0, "\(result.errors)")
            #expect(
                result.output.contains("| shown | user mean | unknown row | columns | fold-in | columns, fold-in |\n")
            )
            #expect(result.output.contains("\n| 0 | ") && result.output.contains("\n| 5 | "))
        }
    }
}
