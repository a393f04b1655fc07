import Foundation
import RankCore
import RankEngine
import RankPool
import SystemPackage
import TestSupport
import Testing

/// Ensembles of trees behind worker processes.
@Suite("rank-worker: ensembles of trees", .timeLimit(.minutes(5)))
struct TreeServingTests {
    private static let trees = Repository.file("Tests/Fixtures/trees/margins.rank")
    private static let texts = Repository.file("Tests/Fixtures/trees/doubles.rank")
    private static let present = Repository.file("Tests/Fixtures/trees/present.rank")

    private static func withPool(_ workers: [WorkerProcess], _ body: (RankPool) async throws -> Void) async throws {
        let endpoints = workers.map(\.endpoint).joined(separator: ",")
        let pool = try RankPool.start(endpoints, configuration: .init(deadline: .seconds(20)))
        for report in await pool.info() { _ = try report.result.get() }
        try await body(pool)
        await pool.shutdown()
    }

    /// Rows of features, some of them missing; those of columns 0 and 3 are the same in every row.
    private static func rows(_ count: Int) -> [Float] {
        var random = SplitMix64(seed: 11)
        return (0..<count).flatMap { _ in
            (0..<6).map { column -> Float in
                let drawn = Float.random(in: -2...2, using: &random)
                if column == 0 { return 0.25 }
                if column == 3 { return .nan }
                return Int.random(in: 0..<9, using: &random) == 0 ? .nan : drawn
            }
        }
    }

    @Test
    func aPoolGivesTheBitsOfTheWalkHoweverAListIsSplitWithFeaturesOfTheQueryRepeatedOrGivenOnce() async throws {
        try await withTemporaryDirectory { directory in
            var random = SplitMix64(seed: 3)
            let candidates = (0..<1_500).map { _ in UInt64.random(in: 1...9_999, using: &random) }
            let rows = Self.rows(candidates.count)
            let reference = try TreeModel.load(path: Self.trees).makeReference()
            let expected = try reference.rank(candidates, for: 7, features: rows)
            let others = rows.enumerated().filter { ![0, 3].contains($0.offset % 6) }.map(\.element)
            try await withWorkers(2, options: ["--model", Self.trees], in: directory) { workers in
                try await Self.withPool(workers) { pool in
                    for parts in [1, 3] {
                        let options = CallOptions(parts: parts)
                        let repeated = try await pool.rank(candidates, for: 7, features: rows, options: options)
                        let once = try await pool.rank(
                            candidates,
                            for: 7,
                            features: others,
                            queryFeatures: [0.25, .nan],
                            options: options
                        )
                        for list in [repeated, once] {
                            #expect(list.map(\.position) == expected.map(\.position))
                            #expect(list.map(\.score.bitPattern) == expected.map(\.score.bitPattern))
                            #expect(list.profile == .treeSum && !list.isUserUnknown)
                        }
                    }
                    var batch: [BatchQuery<UInt64>] = []
                    for user in 0..<3 {
                        let own = Array(others[(user * 8)..<(user * 8 + 8)])
                        let given: [Float] = [0.25, Float(user)]
                        let asked = BatchQuery<UInt64>(
                            user: UInt64(user),
                            candidates: [1, 2],
                            features: own,
                            queryFeatures: given
                        )
                        batch.append(asked)
                    }
                    let lists = try await pool.scores(of: batch)
                    for (user, list) in lists.enumerated() {
                        let alone = try reference.scores(
                            of: [1, 2],
                            for: UInt64(user),
                            features: batch[user].features,
                            queryFeatures: batch[user].queryFeatures
                        )
                        #expect(list.map(\.bitPattern) == alone.map(\.bitPattern))
                    }
                    let info = try #require(try await pool.info().first?.result.get())
                    #expect(info["architecture"] == "tree-ensemble/1" && info["profile"] == "tree-sum")
                    #expect(info["query_columns"] == "0,3" && info["features"] == "6" && info["extensions"] == "3")
                    // The file's 40, and 1,210 of lists that give the features of the query once.
                    #expect(info["objective"] == "rank:ndcg" && info["self_check"] == "1250 golden scores")
                    #expect(info["catalog"] == "none" && info["user_ids"] == nil)
                }
            }
        }
    }

    @Test
    func requestsThatDoNotFitAreRefusedAndSayWhatTheModelWants() async throws {
        try await withTemporaryDirectory { directory in
            func refusal(_ pool: RankPool, _ features: [Float], _ query: [Float] = []) async -> String {
                do throws(PoolError) {
                    _ = try await pool.scores(of: [1, 2], for: 3, features: features, queryFeatures: query)
                    return "accepted"
                } catch {
                    return error.code == .invalidArgument ? error.message : "\(error)"
                }
            }
            try await withWorkers(1, options: ["--model", Self.present], in: directory) { workers in
                try await Self.withPool(workers) { pool in
                    #expect(await refusal(pool, [1, 2, 3, 4]) == "accepted")
                    #expect(await refusal(pool, [1, 2], [3]) == "accepted")
                    let wrong: [([Float], [Float], String)] = [
                        ([1, 2, 3, 4, 5, 6], [], "3 features per candidate, this model wants 2"),
                        ([1, 2, 3, 4], [1], "1 features of the query and 2 per candidate, this model wants 1 and 1"),
                        ([], [1, 2], "2 features of the query and 0 per candidate, this model wants 1 and 1"),
                        ([1, .nan, 3, 4], [], "this model takes none"), ([1, 2], [.nan], "this model takes none"),
                        ([1, 2], [.infinity], "a feature of the query is not finite"),
                    ]
                    for (features, query, text) in wrong {
                        let found = await refusal(pool, features, query)
                        #expect(found.contains(text), "\(found)")
                    }
                    let tooMany = await refusal(pool, [1, 2], [Float](repeating: 0, count: 1_021))
                    #expect(tooMany.contains("at most 1020"), "\(tooMany)")
                }
            }
            let model = try TestModel.write(in: directory)
            let plain = try made(directory.appending("plain"))
            try await withWorkers(1, options: ["--model", model], in: plain) { workers in
                try await Self.withPool(workers) { pool in
                    let found = await refusal(pool, [], [1])
                    #expect(found.contains("this model takes none once for a query"), "\(found)")
                }
            }
        }
    }

    @Test
    func aBadFileLeavesTheLastGoodEnsembleInPlaceAndTheNextFamilyTakesOver() async throws {
        try await withTemporaryDirectory { directory in
            let live = "\(directory)/live.rank"
            func put(_ bytes: Data) throws { try bytes.write(to: URL(filePath: live), options: .atomic) }
            let good = try Data(contentsOf: URL(filePath: Self.present))
            try put(good)
            try await withWorkers(1, options: ["--model", live], in: directory) { workers in
                try await Self.withPool(workers) { pool in
                    let features: [Float] = [0.5, -0.5]
                    let expected = try TreeModel.load(path: Self.present).makeReference()
                        .scores(of: [1], for: 2, features: features).map(\.bitPattern)
                    let client = RawClient(endpoint: workers[0].endpoint, form: .dealer)
                    var bad = good
                    bad[bad.count - 1] ^= 1
                    for (count, file) in [bad, good.prefix(good.count - 8)].enumerated() {
                        try put(file)
                        while try await client.statistics()["reload_failures"] == "\(count)" {}
                        let error = try await client.statistics()["last_reload_error"] ?? ""
                        #expect(error.contains("live.rank: "), "\(error)")
                        let found = try await pool.scores(of: [1], for: 2, features: features)
                        #expect(found.map(\.bitPattern) == expected)
                    }
                    try put(Data(contentsOf: URL(filePath: TestModel.write(in: directory))))
                    while try await client.statistics()["reloads"] == "0" {}
                    #expect(try await pool.scores(of: [1], for: 2).profile != .treeSum)
                }
            }
        }
    }

    @Test
    func optionsOfEmbeddingsAreRefusedByNameAndTheKernelIsTaken() async throws {
        try await withTemporaryDirectory { directory in
            let socket = "ipc://\(directory)/socket"
            for options in [
                ["--plan", "factored"], ["--precision", "int8"], ["--memory-budget", "1M"], ["--map-weights"],
                ["--copy-weights"],
            ] {
                let outcome = try await run(
                    "rank-worker",
                    ["serve", "--model", Self.trees, "--bind", socket] + options
                )
                #expect(outcome.exitCode == 65)
                let text = "is an ensemble of trees (22 trees, depth 6"
                #expect(outcome.errors.contains(text) && outcome.errors.contains("\(options[0]) does not apply"))
            }
            let forced = ["--model", Self.trees, "--kernel", "scalar"]
            try await withWorkers(1, options: forced, in: directory) { workers in
                try await Self.withPool(workers) { pool in
                    let info = try #require(try await pool.info().first?.result.get())
                    #expect(info["kernel"] == "scalar" && info["plan"] == "walk")
                }
            }
        }
    }

    @Test
    func commandsShowAndVerifyAnEnsembleAndThoseThatNeedEmbeddingsRefuseIt() async throws {
        try await withTemporaryDirectory { directory in
            let inspected = try await run("rank-train", ["inspect", "--model", Self.trees])
            #expect(inspected.exitCode == 0, "\(inspected.errors)")
            for text in ["tree-ensemble/1", "rank:ndcg", "22, depth 6", "query columns", "40 reproduced bit for bit"] {
                #expect(inspected.output.contains(text), "\(text): \(inspected.output)")
            }
            let json = try await run("rank-train", ["inspect", "--model", Self.texts, "--json"])
            let report = try #require(
                try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any],
                "\(json.errors)"
            )
            #expect((report["shape"] as? [String: Any])?["trees"] as? Int == 24)
            #expect(report["output"] as? String == "logistic(0.7)")
            #expect((report["feature_names"] as? [String])?.count == 4)
            let reduced = try await run("rank-train", ["inspect", "--model", Self.trees, "--kernel", "scalar"])
            #expect(reduced.output.contains("walk"))

            let pairs = directory.appending("pairs").string
            try Data("1,2\n".utf8).write(to: URL(filePath: pairs))
            for arguments in [
                ["predict", "--input", pairs], ["evaluate", "--data", pairs],
                ["fold-in", "--data", pairs, "--output", "x"], ["enlarge", "--items", "100", "--output", "x"],
            ] {
                let outcome = try await run("rank-train", arguments + ["--model", Self.trees])
                #expect(outcome.exitCode == 65, "\(arguments[0]): \(outcome.errors)")
                let text = "an ensemble of trees, which has no users and items"
                #expect(outcome.errors.contains(text), "\(outcome.errors)")
            }
            for (model, name) in [(Self.trees, "numbers"), (Self.texts, "texts")] {
                let place = try made(directory.appending(name))
                try await withWorkers(2, options: ["--model", model], in: place) { workers in
                    let endpoints = workers.map(\.endpoint).joined(separator: ",")
                    let arguments = ["verify", "--workers", endpoints, "--model", model, "--splits", "20"]
                    let outcome = try await run("rank-client", arguments)
                    #expect(outcome.exitCode == 0, "\(outcome.errors)")
                    #expect(outcome.output.contains("the same bits as the model file"), "\(outcome.output)")
                }
            }
        }
    }

    @Test
    func rankClientGivesTheUsersFeaturesOnce() async throws {
        try await withTemporaryDirectory { directory in
            func write(_ name: String, _ text: String) throws -> String {
                let path = directory.appending(name).string
                try Data(text.utf8).write(to: URL(filePath: path))
                return path
            }
            let user = try write("user.csv", "0.25,nan\n")
            let items = try write("items.csv", "1,2,3,4\n-1,0.5,,0\n")
            let whole = try write("whole.csv", "0.25,1,2,nan,3,4\n0.25,-1,0.5,nan,,0\n")
            try await withWorkers(1, options: ["--model", Self.trees], in: directory) { workers in
                let rank = [
                    "rank", "--workers", workers[0].endpoint, "--deadline", "20s", "--user", "7", "--items", "10,20",
                    "--format", "csv",
                ]
                let once = try await run("rank-client", rank + ["--features", items, "--query-features", user])
                let repeated = try await run("rank-client", rank + ["--features", whole])
                #expect(once.exitCode == 0 && once.output == repeated.output, "\(once.errors) \(repeated.errors)")
                let wide = try await run("rank-client", rank + ["--features", whole, "--query-features", user])
                #expect(wide.exitCode == 65, "\(wide.errors)")
            }
            try await withWorkers(
                1,
                options: ["--model", TestModel.write(in: directory)],
                in: made(directory.appending("plain"))
            ) { workers in
                let outcome = try await run(
                    "rank-client",
                    ["rank", "--workers", workers[0].endpoint, "--user", "7", "--items", "1", "--query-features", user]
                )
                #expect(outcome.exitCode == 64 && outcome.errors.contains("leave out --query-features"))
            }
        }
    }
}
