import Foundation
import RankCore
import RankEngine
import RankPool
import SystemPackage
import Testing

/// A CSV of one's own from the first line to the last: fitted, served, and a user's whole catalogue ranked without
/// what is rated, whatever the ids are.
@Suite("Ids of any kind", .timeLimit(.minutes(5)))
struct OwnCSVTests {
    /// Texts that are hard to print, to quote and to tell from others.
    static let texts = #"""
        user,item,rating
        ann,x,5
        ann,"a,b",2
        ann,007,3
        bob,x,4
        bob,"say ""hi""",1
        bob,映画,5
        eve,"a,b",3
        42,007,2
        42,all,4

        """#

    /// Numbers that are not in a row.
    static let numbers = """
        user,item,rating
        10,7000000000,5
        10,3,2
        10,99,3
        20,7000000000,4
        20,18446744073709551615,1
        30,3,3
        30,99,2

        """

    /// Fits a CSV, serves it with two workers, and hands over the workers, the model and the CSV.
    private func serve(
        _ csv: String,
        _ body: (_ workers: String, _ model: String, _ csv: String) async throws -> Void
    ) async throws {
        try await withTemporaryDirectory { directory in
            let (data, model) = ("\(directory)/ratings.csv", "\(directory)/model.safetensors")
            try csv.write(toFile: data, atomically: true, encoding: .utf8)
            let options = ["--split", "none", "--preset", "map-fm", "--quiet"]
            let fitted = try await run("rank-train", ["fit", "--data", data, "--output", model] + options)
            #expect(fitted.exitCode == 0, "\(fitted.errors)")
            try await withWorkers(2, options: ["--model", model], in: directory) { workers in
                try await body(workers.map(\.endpoint).joined(separator: ","), model, data)
            }
        }
    }

    private func rank(
        _ workers: String,
        _ user: String,
        _ items: String,
        _ options: [String] = [],
        input: String = ""
    ) async throws -> Outcome {
        let arguments = ["rank", "--workers", workers, "--deadline", "20s", "--user", user, "--items", items]
        return try await run("rank-client", arguments + options, input: input)
    }

    @Test
    func textsTheWholeCatalogueWithoutWhatIsRatedFromTheShellAndFromSwift() async throws {
        try await serve(Self.texts) { workers, model, data in
            let ranker = try RankModel.load(path: model).makeRanker()
            let all = ["x", "a,b", "007", "say \"hi\"", "映画", "all"]
            func expected(_ user: String, _ items: [String]) throws -> [String] {
                try ranker.rank(items, for: user, unknownIDs: .fallback).map { items[$0.position] }
            }
            let json = try await rank(workers, "ann", "all", ["--format", "json"])
            #expect(json.exitCode == 0, "\(json.errors)")
            #expect(try Self.items(json) == expected("ann", all))
            let rest = try await rank(
                workers,
                "ann",
                "all",
                ["--exclude-rated", data, "--top", "2", "--format", "json"]
            )
            #expect(try Self.items(rest) == Array(expected("ann", ["say \"hi\"", "映画", "all"]).prefix(2)))
            // What leaves nothing out, or everything, is said.
            let strangers = data + ".strangers"
            try "user,item,rating\nzed,x,3\nbob,y,4\n".write(toFile: strangers, atomically: true, encoding: .utf8)
            for (user, items, file, note) in [
                ("ann", "all", strangers, "has no ratings by user ann, so nothing is left out"),
                ("bob", "all", strangers, "knows none of the items that the user has rated"),
                ("ann", "x", data, "the user has rated every item of the list"),
            ] {
                let outcome = try await rank(workers, user, items, ["--exclude-rated", file])
                #expect(outcome.exitCode == 0 && outcome.errors.contains("note: "), "\(outcome.errors)")
                #expect(outcome.errors.contains(note), "\(outcome.errors)")
            }
            // A text that looks like a number is a text; `all` in quotes is the item.
            let some = try await rank(workers, "42", "\"all\",007,\"a,b\"", ["--format", "csv"])
            #expect(some.output.hasPrefix("rank,item,score,"), "\(some.errors)")
            let lines = some.output.split(separator: "\n").dropFirst()
            let items = try expected("42", ["all", "007", "a,b"]).map { $0 == "a,b" ? "\"a,b\"" : $0 }
            for (line, item) in zip(lines, items) {
                #expect(line.split(separator: ",", maxSplits: 1)[1].hasPrefix(item))
            }
            #expect(lines.count == 3)

            let pool = try RankPool.start(workers, configuration: .init(deadline: .seconds(60)))
            let catalog = try await pool.catalog()
            guard case .texts(let ids) = catalog.ids else {
                Issue.record("a catalogue of numbers")
                return
            }
            #expect(Set(ids) == Set(all) && ids.count == all.count)
            let options = CallOptions(model: catalog.model)
            let list = try await pool.rank(ids, for: "bob", top: 3, options: options)
            #expect(list.entries.map(\.id) == Array(try expected("bob", ids).prefix(3)))
            await pool.shutdown()
        }
    }

    @Test
    func numbersThatAreNotInARowTheSame() async throws {
        try await serve(Self.numbers) { workers, model, data in
            let ranker = try RankModel.load(path: model).makeRanker()
            let all: [UInt64] = [7_000_000_000, 3, 99, .max]
            let json = try await rank(workers, "20", "all", ["--format", "json"])
            #expect(
                try Self.items(json) == ranker.rank(all, for: 20, unknownIDs: .fallback).map { "\(all[$0.position])" }
            )
            let rest = try await rank(
                workers,
                "20",
                "all",
                ["--exclude-rated", data, "--top", "3", "--format", "json"]
            )
            #expect(
                try Self.items(rest)
                    == ranker.rank([3, 99], for: 20, unknownIDs: .fallback).map { "\(($0.position == 0) ? 3 : 99)" }
            )
            let pool = try RankPool.start(workers, configuration: .init(deadline: .seconds(60)))
            guard case .numbers(let ids) = try await pool.catalog().ids else {
                Issue.record("a catalogue of texts")
                return
            }
            #expect(Set(ids) == Set(all) && ids.count == all.count)
            await pool.shutdown()
            // A text is refused by name, and data whose ids are texts.
            let text = try await rank(workers, "ann", "3")
            #expect(text.exitCode == 64 && text.errors.contains("--user is \"ann\""), "\(text.errors)")
            let items = try await rank(workers, "20", "3,x")
            #expect(
                items.exitCode == 65 && items.errors.contains("'x'") || items.errors.contains("\"x\""),
                "\(items.errors)"
            )
            let other = data + ".texts"
            try Self.texts.write(toFile: other, atomically: true, encoding: .utf8)
            let excluded = try await rank(workers, "20", "all", ["--exclude-rated", other])
            #expect(excluded.exitCode == 65 && excluded.errors.contains("its ids are texts"), "\(excluded.errors)")
        }
    }

    @Test
    func filesStandardInputTitlesUnknownIdsAndPairsOfTexts() async throws {
        try await serve(Self.texts) { workers, model, data in
            let file = data + ".items"
            try "item\nx\n\"a,b\",映画\n".write(toFile: file, atomically: true, encoding: .utf8)
            let fromFile = try await rank(workers, "ann", file, ["--format", "csv"])
            #expect(fromFile.exitCode == 0 && fromFile.output.split(separator: "\n").count == 4, "\(fromFile.errors)")
            let fromInput = try await rank(workers, "ann", "-", ["--format", "csv"], input: "映画,x\n\"a,b\"\n")
            #expect(fromInput.output == fromFile.output)

            let titles = data + ".titles"
            try "item,title\n映画,A Film\n\"a,b\",\"Two, Letters\"\n".write(
                toFile: titles,
                atomically: true,
                encoding: .utf8
            )
            let table = try await rank(workers, "ann", file, ["--catalog", titles])
            #expect(table.output.contains("A Film") && table.output.contains("Two, Letters"), "\(table.errors)")

            let unknown = try await rank(workers, "ann", "x,nobody")
            #expect(
                unknown.exitCode == 65 && unknown.errors.contains("candidate nobody is unknown"),
                "\(unknown.errors)"
            )
            let stranger = try await rank(workers, "zoe", "x")
            #expect(stranger.exitCode == 65 && stranger.errors.contains("user zoe is unknown"), "\(stranger.errors)")
            let nothing = try await rank(workers, "ann", "all", ["--exclude-rated", data, "--unknown", "omit"])
            #expect(nothing.exitCode == 0)

            let pairs = "user,item\nann,\"a,b\"\n42,007\nbob,\"say \"\"hi\"\"\"\n"
            let local = try await run("rank-train", ["predict", "--model", model, "--input", "-"], input: pairs)
            let score = ["score", "--workers", workers, "--input", "-"]
            let served = try await run("rank-client", score, input: pairs)
            #expect(
                served.exitCode == 0 && served.output == local.output,
                "\(served.errors) \(served.output) \(local.output)"
            )
            #expect(served.output.hasPrefix("ann,\"a,b\","))
            let failed = try await run("rank-client", score, input: "ann,x\nann,nothing\n")
            #expect(failed.exitCode == 65 && failed.errors.contains("standard input:2"), "\(failed.errors)")
            #expect(failed.errors.contains("item nothing"))
        }
    }

    @Test
    func loadsAndVerificationWithTexts() async throws {
        try await serve(Self.texts) { workers, model, _ in
            let bench = ["bench", "--workers", workers, "--closed-loop", "--concurrency", "4", "--candidates", "20"]
            let short = ["--duration", "100ms", "--warm-up", "10ms", "--deadline", "20s"]
            for options in [[], ["--through-pool", "--check"]] {
                let madeUp = try await run("rank-client", bench + short + options)
                #expect(madeUp.exitCode == 0, "\(madeUp.errors)")
                #expect(madeUp.errors.contains("give --users FILE"))
                #expect(!madeUp.output.contains("INVALID_ARGUMENT") && !madeUp.output.contains("1 models"))
                let known = try await run("rank-client", bench + short + options + ["--users", "ann,bob,42"])
                #expect(known.exitCode == 0 && known.errors.isEmpty, "\(known.errors)")
            }
            let verify = ["verify", "--workers", workers, "--model", model, "--splits", "20", "--candidates", "50"]
            let verified = try await run("rank-client", verify)
            #expect(verified.exitCode == 0 && verified.output.contains("the same bits"), "\(verified.errors)")
        }
    }

    private static func items(_ outcome: Outcome) throws -> [String] {
        let object = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any]
        let entries = try #require(object?["entries"] as? [[String: Any]])
        return entries.map { $0["item"] as? String ?? ($0["item"] as? UInt64).map { "\($0)" } ?? "" }
    }
}

/// What `rank-client` says to what it cannot take, before any worker is asked.
@Suite("Messages of rank-client", .timeLimit(.minutes(1)))
struct ClientMessageTests {
    private static let rank = ["rank", "--workers", "tcp://127.0.0.1:1", "--user", "1", "--items", "1"]

    @Test(arguments: [
        (rank + ["--deadline", "5"], "it has no unit; expected a number and its unit"),
        (rank + ["--deadline", "5"], "(us, ms, s, m or h), such as 5s or 5ms"),
        (rank + ["--deadline", "5 s"], "did you mean 5s?"),
        (rank + ["--deadline", "5sec"], "did you mean 5s?"),
        (rank + ["--deadline", "soon"], "expected a number and its unit"),
        (["status", "--workers", "tcp://127.0.0.1:1", "--watch", "--interval", "2"], "such as 2s"),
        (["bench", "--workers", "tcp://127.0.0.1:1", "--rate", "9", "--duration", "30"], "such as 30s"),
        (rank + ["--window", "many"], "1 or more, or off"),
        (["info", "--workers", "tcp://127.0.0.1:1 tcp://127.0.0.1:2"], "commas: tcp://127.0.0.1:1,tcp://127.0.0.1:2"),
        (["info", "--workers", "tcp://127.0.0.1:1;ipc:///x"], "commas: tcp://127.0.0.1:1,ipc:///x"),
        (["info", "--workers", "127.0.0.1:7000"], "write tcp://127.0.0.1:7000"),
        (["info", "--workers", "localhost:7000"], "write tcp://localhost:7000"),
        (["info", "--workers", ":7000"], "write tcp://127.0.0.1:7000"),
        (["info", "--workers", "7000"], "write tcp://127.0.0.1:7000"),
        (["info", "--workers", "/run/rank.sock"], "write ipc:///run/rank.sock"),
        (["rank", "--workers", "tcp://127.0.0.1:1", "--items", "1"], "--user"),
        (["rank", "--workers", "tcp://127.0.0.1:1", "--user", "1", "--items", ""], "--items is empty"),
    ])
    func refusals(_ arguments: [String], _ text: String) async throws {
        let outcome = try await run("rank-client", arguments)
        #expect(outcome.exitCode == 64, "\(outcome.errors)")
        #expect(outcome.errors.hasPrefix("error: ") && outcome.errors.contains(text), "\(outcome.errors)")
    }

    @Test func oneWorkerIsNoPlural() async throws {
        let outcome = try await run("rank-client", ["info", "--workers", "tcp://127.0.0.1:1"])
        #expect(outcome.exitCode == 69 && outcome.errors.contains("1 of 1 worker did not answer"), "\(outcome.errors)")
    }
}
