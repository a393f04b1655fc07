import Foundation
import RankEngine
import SystemPackage
import TestSupport
import Testing

/// `rank-train predict` on a person's own files: what `fit` reads, and lists without what was rated.
@Suite("rank-train predict", .timeLimit(.minutes(3)))
struct PredictTests {
    /// Ratings of users `u1`… and items `i 1`…, or of numbers; the last user has rated every item.
    private static func ratings(texts: Bool) -> [(user: String, item: String, rating: Int)] {
        (1...12).flatMap { user in
            (1...20).compactMap { item in
                guard user == 12 || (user + item) % 3 != 0 else { return nil }
                let rating = 1 + (user * 3 + item * 7 + user * item) % 5
                return (texts ? "u\(user)" : "\(user)", texts ? "i, \(item)" : "\(item * 10)", rating)
            }
        }
    }

    private static func quoted(_ text: String) -> String { text.contains(",") ? "\"\(text)\"" : text }

    /// Trains on a CSV in `directory`; the paths of data and model.
    private static func fitted(in directory: FilePath, texts: Bool) async throws -> (data: String, model: String) {
        let (data, model) = ("\(directory)/mine.csv", "\(directory)/model")
        let lines = ratings(texts: texts).map { "\($0.user),\(quoted($0.item)),\($0.rating)\n" }
        try lines.joined().write(toFile: data, atomically: true, encoding: .utf8)
        let options = ["--preset", "map-fm", "--factors", "2", "--sweeps", "2", "--quiet"]
        let fit = try await run("rank-train", ["fit", "--data", data, "--output", model] + options)
        try #require(fit.exitCode == 0 && fit.errors == "", "\(fit.errors)")
        return (data, model)
    }

    @Test(arguments: [false, true])
    func listsCanLeaveOutWhatWasRated(_ texts: Bool) async throws {
        try await withTemporaryDirectory { directory in
            let (data, model) = try await Self.fitted(in: directory, texts: texts)
            let predict = ["predict", "--model", model, "--top-k", "4", "--users"]
            let full = try await run("rank-train", ["predict", "--model", model, "--users", "all", "--top-k", "20"])
            let rated = Set(Self.ratings(texts: texts).map { "\($0.user),\(Self.quoted($0.item))," })
            // The best of the whole lists, less what was rated.
            var expected: [String] = []
            var counts: [Substring: Int] = [:]
            for line in full.output.split(separator: "\n") {
                let user = line.prefix { $0 != "," }
                if rated.contains(where: line.hasPrefix) || counts[user, default: 0] >= 4 { continue }
                counts[user, default: 0] += 1
                expected.append(String(line))
            }
            #expect(counts.count == 11 && expected.count == 44)
            // On another scale, and with a pair twice.
            let header = "note,rating,movieId,user_id\n"
            let others = Self.ratings(texts: texts).map { "x,\($0.rating * 7),\(Self.quoted($0.item)),\($0.user)\n" }
            let dialect = "\(directory)/dialect.csv"
            try (header + others.joined() + others[0]).write(toFile: dialect, atomically: true, encoding: .utf8)
            for path in [data, dialect] {
                let lists = try await run("rank-train", predict + ["all", "--exclude-rated", path])
                #expect(lists.exitCode == 0, "\(lists.errors)")
                #expect(lists.output.split(separator: "\n").map(String.init) == expected)
                #expect(
                    lists.errors.contains("1 user has an empty list") && lists.errors.contains(texts ? "u12" : "12")
                )
            }
            let users = texts ? "u3\nu12\n" : "3\n12\n"
            let some = try await run("rank-train", predict + ["-", "--exclude-rated", data], input: users)
            let three = expected.filter { $0.hasPrefix(texts ? "u3," : "3,") }
            #expect(some.output.split(separator: "\n").map(String.init) == three, "\(some.errors)")
            // Users by a column of a file, each once.
            let column = try await run("rank-train", predict + [dialect, "--exclude-rated", data])
            #expect(
                column.output.split(separator: "\n").map(String.init).sorted() == expected.sorted(),
                "\(column.errors)"
            )

            let strangers = "\(directory)/strangers.csv"
            try "777,888,1\n778,889,2\n".write(toFile: strangers, atomically: true, encoding: .utf8)
            let nothing = try await run("rank-train", predict + ["all", "--exclude-rated", strangers])
            #expect(nothing.exitCode == 65 && nothing.output == "" && nothing.errors.contains("knows none of the"))
            let usage = ["predict", "--model", model, "--input", "-", "--exclude-rated", data]
            let refused = try await run("rank-train", usage)
            #expect(refused.exitCode == 64 && refused.errors.contains("--exclude-rated goes with --users"))
        }
    }

    @Test func theBestItemsAreTheSameByEveryPlan() async throws {
        try await withTemporaryDirectory { directory in
            let (data, model) = ("\(directory)/data", "\(directory)/factors")
            let made = try await run("rank-train", ["synthesize", "--output", data])
            let options = ["--preset", "map-fm", "--factors", "4", "--sweeps", "2", "--quiet"]
            let fit = try await run("rank-train", ["fit", "--data", data, "--output", model] + options)
            try #require(made.exitCode == 0 && fit.exitCode == 0, "\(made.errors)\(fit.errors)")
            let predict = ["predict", "--model", model, "--users", "all", "--exclude-rated", data, "--top-k-plan"]
            let plain = try await run("rank-train", predict + ["plain"])
            #expect(plain.output.split(separator: "\n").count == 9_430 && plain.errors.contains("top-k plan plain;"))
            for plan in ["certified", "auto"] {
                let found = try await run("rank-train", predict + [plan])
                #expect(found.output == plain.output, "\(plan): \(found.errors)")
                #expect(plan == "auto" || found.errors.contains("top-k plan certified, an index of"))
            }
            let network = ["predict", "--model", try TestModel.write(in: directory), "--users", "all", "--top-k-plan"]
            let refused = try await run("rank-train", network + ["certified"])
            #expect(refused.exitCode == 65 && refused.output == "" && refused.errors.contains("not networks"))
            let full = try await run("rank-train", network + ["auto"])
            #expect(full.exitCode == 0 && full.errors.contains("top-k plan plain, whole catalogues are searched for"))
        }
    }

    @Test(arguments: [false, true])
    func pairsAreReadAsRatingsAre(_ texts: Bool) async throws {
        try await withTemporaryDirectory { directory in
            let (data, model) = try await Self.fitted(in: directory, texts: texts)
            let ratings = Self.ratings(texts: texts).prefix(30)
            let predict = ["predict", "--model", model, "--input"]
            let plain = ratings.map { "\($0.user),\(Self.quoted($0.item))\n" }.joined()
            let expected = try await run("rank-train", predict + ["-"], input: plain).output
            #expect(expected.split(separator: "\n").count == 30)
            let whole = try await run("rank-train", predict + [data])
            #expect(whole.exitCode == 0 && whole.output.hasPrefix(expected), "\(whole.errors)")
            let dialect =
                "\u{FEFF}Stars, movieId ,Extra,userId\r\n"
                + ratings.map { "\($0.rating),\"\($0.item)\",\"a, \"\"b\"\"\", \($0.user) \r\n" }.joined() + "\r\n"
            let read = try await run("rank-train", predict + ["-"], input: dialect)
            #expect(read.exitCode == 0 && read.output == expected, "\(read.errors)")
        }
    }

    @Test func idsThatMayBeMeantOtherwiseAreToldBeforeTheTraining() async throws {
        try await withTemporaryDirectory { directory in
            let (data, model) = ("\(directory)/mine.csv", "\(directory)/model")
            let lines =
                (1...30).map { "\($0 % 6).0,\($0 % 7 == 0 ? "007" : "a\($0 % 11)"),\($0 % 5 + 1)\n" } + ["1,7,3\n"]
            try lines.joined().write(toFile: data, atomically: true, encoding: .utf8)
            let fit = [
                "fit", "--preset", "map-fm", "--sweeps", "1", "--factors", "2", "--output", model, "--data", data,
            ]
            let warned = try await run("rank-train", fit + ["--duplicates", "last"])
            #expect(warned.exitCode == 0, "\(warned.errors)")
            for text in [
                "6 user ids look like numbers written as floats", "1.0 and 1 are two different users", "007 and 7",
            ] {
                #expect(warned.errors.contains(text) && warned.output.contains(text), "\(text): \(warned.errors)")
            }
            #expect(warned.output.contains("ids are texts"))
            let quiet = try await run("rank-train", fit + ["--duplicates", "last", "--quiet"])
            #expect(quiet.exitCode == 0 && quiet.errors == "")
            let told = try await run("rank-train", ["data", "--data", data, "--duplicates", "last", "--json"])
            let report = try JSONSerialization.jsonObject(with: Data(told.output.utf8)) as? [String: Any]
            #expect((report?["warnings"] as? [String])?.count == 3)
        }
    }
}
