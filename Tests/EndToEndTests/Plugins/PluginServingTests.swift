import Foundation
import RankCore
import RankEngine
import RankPool
import RankProtocol
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// Plugins behind worker processes: the two examples through a pool, reloads, and what is refused.
@Suite("rank-worker: plugins", .timeLimit(.minutes(5)))
struct PluginServingTests {
    /// Builds the example in C, writes a model of 1,000 items for it, and gives both paths.
    private static func popularity(in directory: FilePath, mean: Double = 3) throws -> (library: String, items: String)
    {
        let library = directory.appending("libpopularity.so").string
        if !FileManager.default.fileExists(atPath: library) {
            try CompiledPlugin.c("Examples/plugins/popularity/popularity.c", to: library)
        }
        let items = directory.appending("items.csv").string
        try writeItems(mean: mean, to: items)
        return (library, items)
    }

    /// Writes items 1 to 1,000, renamed into place.
    private static func writeItems(mean: Double, to path: String) throws {
        let lines = (1...1_000).map { "\($0),\($0 % 97 + 1),\(mean + Double($0 % 13) / 8)" }
        try Data(("item,count,mean\n" + lines.joined(separator: "\n") + "\n").utf8)
            .write(to: URL(filePath: path), options: .atomic)
    }

    /// What a plugin scores in this process, in the order of the candidates, as bit patterns.
    private static func oracle(
        _ reference: String,
        user: UInt64,
        _ candidates: [UInt64],
        features: [Float] = []
    ) throws -> [UInt32] {
        let ranker = try PluginRanker.load(PluginReference(reference))
        var scores = [UInt32](repeating: 0, count: candidates.count)
        for entry in try ranker.rank(candidates, for: user, features: features, unknownIDs: .fallback) {
            scores[entry.position] = entry.score.bitPattern
        }
        return scores
    }

    private static func withPool(
        _ workers: [WorkerProcess],
        _ body: (RankPool) async throws -> Void
    ) async throws {
        let endpoints = workers.map(\.endpoint).joined(separator: ",")
        let pool = try RankPool.start(endpoints, configuration: .init(deadline: .seconds(20)))
        for report in await pool.info() { _ = try report.result.get() }
        try await body(pool)
        await pool.shutdown()
    }

    @Test
    func popularityInCThroughTwoWorkersTheBitsOfTheFormulaHoweverTheListIsSplit() async throws {
        try await withTemporaryDirectory { directory in
            let (library, items) = try Self.popularity(in: directory)
            let reference = "\(library):\(items)?damping=25"
            var random = SplitMix64(seed: 5)
            let candidates = (0..<3_000).map { _ in UInt64.random(in: 1...1_100, using: &random) }
            let expected = try Self.oracle(reference, user: 42, candidates)
            try await withWorkers(2, options: ["--plugin", reference], in: directory) { workers in
                try await Self.withPool(workers) { pool in
                    for parts in [1, 2, 7] {
                        let list = try await pool.scores(
                            of: candidates,
                            for: 42,
                            options: CallOptions(unknownIDs: .fallback, parts: parts)
                        )
                        #expect(list.map(\.bitPattern) == expected)
                        #expect(list.parts.count == parts)
                        #expect(parts == 1 || Set(list.parts.map(\.endpoint)).count == 2)
                        #expect(list.unknownPositions == candidates.indices.filter { candidates[$0] > 1_000 })
                    }
                    await #expect { try await pool.scores(of: [5, 1_001], for: 42) } throws: { error in
                        (error as? PoolError)?.code == .notFound && (error as? PoolError)?.candidateIndex == 1
                    }
                }
            }
            // The formula itself, for one item of 12 ratings with the mean 3 + 11/8.
            var (count, sum) = (0.0, 0.0)
            for item in 1...1_000 {
                let ratings = Double(item % 97 + 1)
                count += ratings
                sum += ratings * (3 + Double(item % 13) / 8)
            }
            let prior = Float(sum / count)
            let damped: Double = 12 * 4.375 + 25 * Double(prior)
            let score = Float(damped / 37)
            #expect(try Self.oracle(reference, user: 1, [11, 2_000]) == [score.bitPattern, prior.bitPattern])
        }
    }

    @Test
    func aLinearModelInSwiftThroughTwoWorkersEachPartOfAListGetsTheFeaturesOfItsCandidates() async throws {
        try await withTemporaryDirectory { directory in
            let library = directory.appending("liblinear.so").string
            try CompiledPlugin.swift("Examples/plugins/linear/linear.swift", module: "linear", to: library)
            let weights = directory.appending("weights.csv").string
            try "feature,weight\nprice,-0.25\nbias,0.5\nfreshness,2\nclicks,0.125\n"
                .write(toFile: weights, atomically: true, encoding: .utf8)
            let reference = "\(library):\(weights)"
            var random = SplitMix64(seed: 6)
            let candidates = random.candidates(1_000)
            let features = random.floats(3_000, within: 10)
            let expected = try Self.oracle(reference, user: 42, candidates, features: features)
            let sum: Float = 0.5 + -0.25 * features[0] + 2 * features[1] + 0.125 * features[2]
            #expect(abs(Float(bitPattern: expected[0]) - sum) < 1e-5)
            try await withWorkers(2, options: ["--plugin", reference], in: directory) { workers in
                try await Self.withPool(workers) { pool in
                    for parts in [1, 2, 5] {
                        let list = try await pool.scores(
                            of: candidates,
                            for: 42,
                            features: features,
                            options: CallOptions(parts: parts)
                        )
                        #expect(list.map(\.bitPattern) == expected)
                        #expect(parts == 1 || Set(list.parts.map(\.endpoint)).count == 2)
                    }
                    for wrong in [[], [Float](repeating: 0, count: 2_000)] {
                        await #expect {
                            try await pool.scores(of: candidates, for: 42, features: wrong)
                        } throws: { error in
                            (error as? PoolError)?.code == .invalidArgument
                                && "\(error)".contains("features per candidate, this model wants 3")
                        }
                    }
                    let info = try #require(try await pool.info().first?.result.get())
                    #expect(info["features"] == "3" && info["feature_names"] == "price,freshness,clicks")
                    #expect(info["profile"] == "linear/1" && info["plan"] == "plugin")
                }
            }
        }
    }

    @Test
    func rankClientSendsEachItemAndEachPairItsFeaturesFromCSVAndFromFloat32() async throws {
        try await withTemporaryDirectory { directory in
            let library = directory.appending("liblinear.so").string
            try CompiledPlugin.swift("Examples/plugins/linear/linear.swift", module: "linear", to: library)
            func write(_ name: String, _ text: String) throws -> String {
                let path = directory.appending(name).string
                try Data(text.utf8).write(to: URL(filePath: path))
                return path
            }
            let weights = try write("weights.csv", "feature,weight\nprice,-1\nfresh,2\nbias,0.5\n")
            let rows = try write("rows.csv", "price,fresh\n1,0\n0,1\n2,0.25\n")
            let raw = directory.appending("rows.f32").string
            let floats: [Float] = [1, 0, 0, 1, 2, 0.25]
            try floats.withUnsafeBytes { Data($0) }.write(to: URL(filePath: raw))
            try await withWorkers(2, options: ["--plugin", "\(library):\(weights)"], in: directory) { workers in
                let pool = ["--workers", workers.map(\.endpoint).joined(separator: ","), "--deadline", "20s"]
                let rank = ["rank"] + pool + ["--user", "7", "--items", "10,20,30", "--format", "csv"]
                let expected = "rank,item,score\n1,20,2.5\n2,10,-0.5\n3,30,-1.0\n"
                for file in [rows, raw] {
                    let outcome = try await run("rank-client", rank + ["--features", file])
                    #expect(outcome.output == expected, "\(outcome.errors)")
                }
                // What is left out takes its features along.
                let data = directory.appending("data").string
                #expect(try await run("rank-train", ["synthesize", "--output", data]).exitCode == 0)
                let rated = try String(contentsOfFile: data + "/u.data", encoding: .utf8).split(separator: "\n")
                    .map { $0.split(separator: "\t") }.first { $0[0] == "7" }
                let item = try #require(rated)[1]
                let rest = try await run(
                    "rank-client",
                    ["rank"] + pool + ["--user", "7", "--items", "100001,\(item),100002", "--format", "csv"]
                        + ["--features", rows, "--exclude-rated", data]
                )
                #expect(rest.output.hasPrefix("rank,item,score,title\n1,100001,-0.5,"), "\(rest.errors)")
                #expect(rest.output.contains("\n2,100002,-1.0,"), "\(rest.output)")
                let pairs = "7,10\n8,20\n7,30\n"
                let scored = try await run(
                    "rank-client",
                    ["score"] + pool + ["--input", "-", "--features", rows],
                    input: pairs
                )
                #expect(scored.output == "7,10,-0.5\n8,20,2.5\n7,30,-1.0\n", "\(scored.errors)")
                let none = try await run("rank-client", rank)
                #expect(none.exitCode == 64)
                #expect(none.errors.contains("wants 2 features for each item (price,fresh): give --features FILE"))
                let other = try write("other.csv", "fresh,price\n1,0\n0,1\n2,0.25\n")
                let few = try write("few.csv", "1,0\n")
                for (file, text) in [
                    (other, "the model wants price,fresh"), (few, "1 row of features for 3 candidates"),
                ] {
                    let outcome = try await run("rank-client", rank + ["--features", file])
                    #expect(outcome.exitCode == 65 && outcome.errors.contains(text), "\(outcome.errors)")
                }
            }
            let model = try TestModel.write(in: directory)
            try await withWorkers(1, options: ["--model", model], in: made(directory.appending("plain"))) { workers in
                let outcome = try await run(
                    "rank-client",
                    ["rank", "--workers", workers[0].endpoint, "--user", "7", "--items", "1", "--features", rows]
                )
                #expect(outcome.exitCode == 64 && outcome.errors.contains("leave out --features"), "\(outcome.errors)")
            }
        }
    }

    @Test
    func featuresThatAreMissingPassPoolCSVAndWorkerWhereThePluginTakesThemAndAreNamedElsewhere() async throws {
        try await withTemporaryDirectory { directory in
            let library = directory.appending("libimputed.so").string
            try CompiledPlugin.c("Examples/plugins/imputed/imputed.c", to: library)
            func write(_ name: String, _ text: String) throws -> String {
                let path = directory.appending(name).string
                try Data(text.utf8).write(to: URL(filePath: path))
                return path
            }
            let values = try write("values.csv", "feature,weight,missing\nprice,-1,9.5\nclicks,2,\n")
            try await withWorkers(2, options: ["--plugin", "\(library):\(values)"], in: directory) { workers in
                try await Self.withPool(workers) { pool in
                    let info = try #require(try await pool.info().first?.result.get())
                    #expect(info["missing_features"] == "0")
                    #expect(info.takesMissing(feature: 0) && !info.takesMissing(feature: 1))
                    for parts in [1, 3] {
                        let list = try await pool.scores(
                            of: [1, 2, 3],
                            for: 1,
                            features: [.nan, 1, 2, 0, Float(bitPattern: 0xFFC0_1234), 4],
                            options: CallOptions(parts: parts)
                        )
                        #expect(list.scores == [-7.5, -2, -1.5])
                    }
                    for value in [Float.nan, .infinity] {
                        await #expect {
                            try await pool.scores(of: [1, 2], for: 1, features: [1, 1, 1, value])
                        } throws: { error in
                            (error as? PoolError)?.code == .invalidArgument
                                && (error as? PoolError)?.candidateIndex == 1
                        }
                    }
                }
                let rank = [
                    "rank", "--workers", workers.map(\.endpoint).joined(separator: ","), "--deadline", "20s", "--user",
                    "7",
                    "--items", "10,20,30", "--format", "csv",
                ]
                let rows = try write("rows.csv", "price,clicks\n,1\n2,0\nnan,4\n")
                let outcome = try await run("rank-client", rank + ["--features", rows])
                #expect(outcome.output == "rank,item,score\n1,30,-1.5\n2,20,-2.0\n3,10,-7.5\n", "\(outcome.errors)")
                let wrong = try write("wrong.csv", "price,clicks\n1,1\n2,\n1,4\n")
                let refused = try await run("rank-client", rank + ["--features", wrong])
                #expect(refused.exitCode == 65)
                #expect(refused.errors.contains("wrong.csv:3: feature 1 (clicks): ''"), "\(refused.errors)")
            }
        }
    }

    @Test
    func aBatchCarriesTheFeaturesOfEachQueryWidthsThatDifferAreRefusedBeforeTheyAreSent() async throws {
        try await withTemporaryDirectory { directory in
            let library = directory.appending("libbroken.so").string
            try CompiledPlugin.c("Tests/Fixtures/plugins/misbehaving.c", to: library)
            let reference = "\(library)?features=2"
            try await withWorkers(2, options: ["--plugin", reference], in: directory) { workers in
                try await Self.withPool(workers) { pool in
                    var random = SplitMix64(seed: 8)
                    let batch = (0..<40).map { user in
                        BatchQuery(
                            user: UInt64(user) * 8,
                            candidates: (0..<(user % 7)).map { UInt64($0 * 4) },
                            features: random.floats(user % 7 * 2, within: 3)
                        )
                    }
                    let lists = try await pool.scores(of: batch)
                    for (query, list) in zip(batch, lists) {
                        let expected = try Self.oracle(
                            reference,
                            user: query.user,
                            query.candidates,
                            features: query.features
                        )
                        #expect(list.map(\.bitPattern) == expected)
                    }
                    for wrong in [[0, 0, 0], [0]] as [[Float]] {
                        let odd = BatchQuery<UInt64>(user: 0, candidates: [4, 8], features: wrong)
                        await #expect { try await pool.scores(of: [batch[3], odd]) } throws: { error in
                            (error as? PoolError)?.code == .invalidArgument && (error as? PoolError)?.queryIndex == 1
                                && "\(error)".contains("expected 2 for each, as in the queries before")
                        }
                    }
                }
            }
        }
    }

    @Test
    func aRenamedModelABrokenOneSIGHUPTheAnswersAreThoseOfTheLastGoodInstance() async throws {
        try await withTemporaryDirectory { directory in
            let (library, items) = try Self.popularity(in: directory, mean: 2)
            let reference = "\(library):\(items)"
            let candidates: [UInt64] = Array(1...50)
            let first = try Self.oracle(reference, user: 1, candidates)
            let socket = "ipc://\(directory)/socket"
            try await withWorker(arguments: ["serve", "--plugin", reference, "--bind", socket]) { deliver in
                let client = RawClient(endpoint: socket, form: .dealer)
                #expect(try await client.scores(user: 1, candidates: candidates) == first)
                try Self.writeItems(mean: 1, to: items)
                let second = try Self.oracle(reference, user: 1, candidates)
                #expect(first != second)
                try await eventually("the renamed model scores") {
                    try await client.scores(user: 1, candidates: candidates)
                } until: {
                    $0 == second
                }
                try Data("nonsense".utf8).write(to: URL(filePath: items), options: .atomic)
                deliver(.terminalClosed)
                try await eventually("a reload has failed") {
                    try await client.statistics()["reload_failures"]
                } until: {
                    $0 != "0"
                }
                let reason = try await client.statistics()["last_reload_error"] ?? ""
                #expect(reason.contains("plugin popularity/1.0 (\(library)) refuses to start: expected lines"))
                #expect(try await client.scores(user: 1, candidates: candidates) == second)
            }
        }
    }

    @Test
    func pluginsThatAreNoneOrBreakTheirRulesEndWith65AndAreNamedNothingIsBound() async throws {
        try await withTemporaryDirectory { directory in
            let (library, items) = try Self.popularity(in: directory)
            let broken = directory.appending("libbroken.so").string
            try CompiledPlugin.c("Tests/Fixtures/plugins/misbehaving.c", to: broken)
            let older = directory.appending("libolder.so").string
            try CompiledPlugin.c("Tests/Fixtures/plugins/misbehaving.c", to: older, ["-DABI=7"])
            for (reference, text) in [
                ("/nonexistent/lib.so", "plugin /nonexistent/lib.so: there is no regular file at /nonexistent/lib.so"),
                ("\(library):\(items)x", "plugin \(library): there is no regular file at \(items)x"),
                ("\(library):\(library)", "plugin popularity/1.0 (\(library)) refuses to start: expected lines"),
                ("\(library):\(items)?dumping=3", "the only option is damping"),
                ("\(items):\(items)", "plugin \(items): cannot load it"),
                (older, "plugin \(older): it is of ABI version 7, this program speaks 1"),
                ("\(broken)?does=nan-always", "plugin misbehaving/0.1 (\(broken)): candidate 32, id 32, scores nan"),
                ("\(broken)?does=many-features", "describe gives feature_count 1025; at most 1024"),
                (
                    "\(broken)?does=wrong-golden&goldens=3",
                    "with kernel misbehaving/0.1, user 2, candidate 102 must score"
                ),
            ] {
                let socket = directory.appending("socket")
                let outcome = try await run(
                    "rank-worker",
                    ["serve", "--plugin", reference, "--bind", "ipc://\(socket)"]
                )
                #expect(outcome.exitCode == 65, "\(reference)")
                #expect(outcome.errors.contains(text), "\(outcome.errors)")
                #expect(!FileManager.default.fileExists(atPath: socket.string))
            }
        }
    }

    @Test
    func scoresThatAreNotFiniteFailuresAndRefusalsAreAnsweredWithThePluginsNameAndPlaceItServesOn() async throws {
        try await withTemporaryDirectory { directory in
            let broken = directory.appending("libbroken.so").string
            try CompiledPlugin.c("Tests/Fixtures/plugins/misbehaving.c", to: broken)
            for (does, code, text) in [
                ("nan", .internal, "candidate 2, id 1000003, scores nan"),
                ("infinity", .internal, "candidate 2, id 1000003, scores -inf"),
                ("fail-one", .internal, "failed: that one again"),
                ("refuse-one", .invalidArgument, "refuses the query: not this one"),
            ] as [(String, Status, String)] {
                let options = ["--plugin", "\(broken)?does=\(does)"]
                try await withWorkers(1, options: options, in: made(directory.appending(does))) { workers in
                    try await Self.withPool(workers) { pool in
                        await #expect {
                            try await pool.scores(of: [1, 2, 1_000_003], for: 1)
                        } throws: { error in
                            (error as? PoolError)?.code == code && "\(error)".contains(text)
                                && "\(error)".contains("plugin misbehaving/0.1 (\(broken))")
                        }
                        let list = try await pool.scores(of: [1, 2], for: 1)
                        #expect(list.count == 2)
                    }
                }
            }
        }
    }
}
