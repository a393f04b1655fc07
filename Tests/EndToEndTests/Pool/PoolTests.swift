import RankCore
import RankEngine
import RankPool
import RankProtocol
import SystemPackage
import TestSupport
import Testing

/// The client library against worker processes.
@Suite("RankPool and worker processes")
struct PoolTests {
    static let user: UInt64 = 42

    /// What a list of a pool and one of the engine are compared by.
    private struct Entry: Equatable {
        var id: UInt64
        var position: Int
        var bits: UInt32

        init(_ entry: RankedEntry<UInt64>) {
            (id, position, bits) = (entry.id, entry.position, entry.score.bitPattern)
        }
    }

    /// Waits until a pool has sent as many requests, neither retries nor hedges among them.
    private static func waitUntilSent(_ count: UInt64, by pool: RankPool) async throws {
        try await eventually("\(count) requests are sent", every: .milliseconds(1)) {
            await pool.counters()
        } until: {
            $0.requests - $0.retries - $0.hedges >= count
        }
    }

    @Test(
        .timeLimit(.minutes(5)),
        arguments: [1, 3, 500, 100_000],
        [1, 2]
    )
    func everySplitOverOneOrTwoWorkersGivesTheEnginesListBitForBit(size: Int, workerCount: Int) async throws {
        try await withTemporaryDirectory { directory in
            let model = try TestModel.write(in: directory)
            var random = SplitMix64(seed: UInt64(size * 3 + workerCount))
            let candidates = random.candidates(size)
            let ranker = try RankModel.load(path: model).makeRanker(plan: .direct, kernel: .scalar)
            let expected = try ranker.rank(candidates, for: Self.user, unknownIDs: .fallback).map(Entry.init)
            let partCounts = (0..<3).map { _ in Int.random(in: 1...min(size, 40), using: &random) }
            try await withWorkers(workerCount, options: ["--model", model], in: directory) { workers in
                let pool = try RankPool.start(
                    workers.map(\.endpoint).joined(separator: ","),
                    configuration: .init(deadline: .seconds(20))
                )
                for parts in [nil, 1, 2, 7] + partCounts {
                    let options = CallOptions(waitsForReady: true, parts: parts)
                    for topK in [1, 10, size] {
                        let list = try await pool.rank(
                            candidates,
                            for: Self.user,
                            top: topK,
                            options: options
                        )
                        #expect(
                            list.entries.map(Entry.init) == Array(expected.prefix(topK)),
                            "\(topK) in \(parts ?? 0)"
                        )
                        #expect(list.coverage == 1)
                    }
                    let scored = try await pool.scores(of: candidates, for: Self.user, options: options)
                    let inOrder = expected.sorted { $0.position < $1.position }
                    #expect(scored.map(\.bitPattern) == inOrder.map(\.bits), "scores in \(parts ?? 0) parts")
                }
                await pool.shutdown()
            }
        }
    }

    @Test(.timeLimit(.minutes(5)))
    func twoModelsInOnePoolAListIsOfOneOfThem() async throws {
        try await withTemporaryDirectory { directory in
            let models = [try TestModel.write(in: directory, seed: 1), try TestModel.write(in: directory, seed: 2)]
            var random = SplitMix64(seed: 9)
            let candidates = random.candidates(1_000)
            let lists = try models.map { model in
                try RankModel.load(path: model).makeRanker().rank(candidates, for: Self.user, unknownIDs: .fallback)
                    .map(
                        Entry.init
                    )
            }
            let (one, two) = (directory.appending("one"), directory.appending("two"))
            try await withWorkers(1, options: ["--model", models[0]], in: try made(one)) { first in
                try await withWorkers(1, options: ["--model", models[1]], in: try made(two)) { second in
                    let pool = try RankPool.start(
                        "\(first[0].endpoint),\(second[0].endpoint)",
                        configuration: .init(deadline: .seconds(20))
                    )
                    for _ in 0..<20 {
                        let list = try await pool.rank(
                            candidates,
                            for: Self.user,
                            options: CallOptions(waitsForReady: true, parts: 2)
                        )
                        let sorted = list.entries.map(Entry.init).sorted { $0.position < $1.position }
                        #expect(lists.contains { $0.sorted { $0.position < $1.position } == sorted })
                    }
                    await pool.shutdown()
                }
            }
        }
    }

    @Test(.timeLimit(.minutes(5)))
    func twoProfilesInOnePoolAListIsOfOneOfThemAndVerifyWantsThemApart() async throws {
        try await withTemporaryDirectory { directory in
            let file = try TestModel.write(in: directory)
            let model = try RankModel.load(path: file)
            var random = SplitMix64(seed: 10)
            let candidates = random.candidates(1_000)
            let expected = try Dictionary(
                uniqueKeysWithValues: [Kernel.scalar, .portable].map { kernel in
                    let list = try model.makeRanker(kernel: kernel).rank(
                        candidates,
                        for: Self.user,
                        unknownIDs: .fallback
                    )
                    return (kernel.profile.rawValue, list.map(Entry.init).sorted { $0.position < $1.position })
                }
            )
            let (one, two) = (directory.appending("one"), directory.appending("two"))
            try await withWorkers(1, options: ["--model", file, "--kernel", "scalar"], in: try made(one)) { first in
                try await withWorkers(1, options: ["--model", file, "--kernel", "portable"], in: try made(two)) {
                    second in
                    let endpoints = "\(first[0].endpoint),\(second[0].endpoint)"
                    let pool = try RankPool.start(endpoints, configuration: .init(deadline: .seconds(20)))
                    for profile in [.unspecified, .unspecified, .fp32FMA, .fp32Unfused]
                        + [
                            NumericProfile
                        ](repeating: .unspecified, count: 16)
                    {
                        var options = CallOptions(waitsForReady: true, parts: 2)
                        options.profile = profile
                        let list = try await pool.rank(candidates, for: Self.user, options: options)
                        #expect(profile == .unspecified || list.profile == profile)
                        let sorted = list.entries.map(Entry.init).sorted { $0.position < $1.position }
                        #expect(sorted == expected[list.profile.rawValue])
                    }
                    await pool.shutdown()
                    let apart = try await run(
                        "rank-client",
                        ["verify", "--workers", second[0].endpoint, "--model", file, "--splits", "5"]
                    )
                    #expect(apart.exitCode == 0, "\(apart.errors)")
                    let mixed = try await run(
                        "rank-client",
                        ["verify", "--workers", endpoints, "--model", file, "--splits", "5"]
                    )
                    #expect(mixed.exitCode != 0)
                    #expect(mixed.errors.contains("verify them apart"), "\(mixed.errors)")
                }
            }
        }
    }

    @Test(.timeLimit(.minutes(5)))
    func atTheDeadlineThePartThatWasScoredReachesTheCaller() async throws {
        try await withTemporaryDirectory { directory in
            let model = try TestModel.write(in: directory)
            var random = SplitMix64(seed: 6)
            let candidates = random.candidates(100_000)
            let scored = try RankModel.load(path: model).makeRanker()
                .rank(candidates, for: Self.user, unknownIDs: .fallback).map(Entry.init)
            let scores = Dictionary(uniqueKeysWithValues: scored.map { ($0.position, $0.bits) })
            // Slow enough that the list takes several times its deadline.
            let options = ["--model", model, "--plan", "direct", "--kernel", "scalar"]
            try await withWorkers(1, options: options, in: directory) { workers in
                let pool = try RankPool.start(workers[0].endpoint)
                let options = CallOptions(deadline: .milliseconds(100), allowsPartial: true, waitsForReady: true)
                // A busy machine may keep some answers from coming in time, not twenty.
                var list: RankedList<UInt64>?
                for _ in 0..<20 where list?.isPartial != true || list?.coverage == 0 {
                    list = try? await pool.rank(
                        candidates,
                        for: Self.user,
                        top: 100_000,
                        options: options
                    )
                }
                let entries = try #require(list).entries
                let count = entries.prefix(while: \.isScored).count
                #expect(entries.count == candidates.count)
                #expect(count > 0 && count < candidates.count)
                #expect(entries.prefix(count).allSatisfy { scores[$0.position] == $0.score.bitPattern })
                #expect(entries.dropFirst(count).allSatisfy { !$0.isScored && $0.score == 0.625 })
                await pool.shutdown()
            }
        }
    }

    @Test(.timeLimit(.minutes(5)))
    func aWorkerKilledInMidRequestTheOtherOneAnswers() async throws {
        try await withTemporaryDirectory { directory in
            let model = try TestModel.write(in: directory)
            var random = SplitMix64(seed: 5)
            let candidates = random.candidates(500)
            let expected = try RankModel.load(path: model).makeRanker()
                .rank(candidates, for: Self.user, unknownIDs: .fallback).map(Entry.init)
            try await withWorkers(2, options: ["--model", model], in: directory) { workers in
                let pool = try RankPool.start(
                    workers.map(\.endpoint).joined(separator: ","),
                    configuration: .init(deadline: .seconds(20))
                )
                // Both are connected before the first call, so that the frozen one is given its share.
                for report in await pool.health() {
                    #expect(try report.result.get().isServing)
                }
                workers[0].freeze()
                async let lists = withThrowingTaskGroup(of: [Entry].self) { group in
                    for _ in 0..<40 {
                        group.addTask {
                            try await pool.rank(candidates, for: Self.user, top: 500).entries.map(
                                Entry.init
                            )
                        }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                // Frozen, the worker holds its requests; killed, it has lost them.
                try await Self.waitUntilSent(40, by: pool)
                workers[0].kill()
                let found = try await lists
                #expect(found.count == 40)
                for list in found { #expect(list == expected) }
                // The frozen worker was given calls: only those are sent a second time.
                let counters = await pool.counters()
                #expect(counters.retries + counters.hedges > 0)
                await pool.shutdown()
            }
        }
    }

    @Test(
        .timeLimit(.minutes(5))
    )
    func aWorkerFrozenUnderLoadTheOtherOneAnswersEveryCallAndBothDoAfterwards() async throws {
        try await withTemporaryDirectory { directory in
            let model = try TestModel.write(in: directory)
            let candidates: [UInt64] = Array(1...50)
            let expected = try RankModel.load(path: model).makeRanker()
                .rank(candidates, for: Self.user, unknownIDs: .fallback).map(Entry.init)
            try await withWorkers(2, options: ["--model", model], in: directory) { workers in
                // In turns, so that the frozen worker is given calls, however slow it was before.
                let options = try RankPool.Configuration(deadline: .seconds(20), balancing: .roundRobin)
                let pool = try RankPool.start(workers.map(\.endpoint).joined(separator: ","), configuration: options)
                for report in await pool.health() { #expect(try report.result.get().isServing) }
                func call(_ count: Int) async throws {
                    try await withThrowingTaskGroup(of: [Entry].self) { group in
                        for _ in 0..<count {
                            group.addTask {
                                try await pool.rank(candidates, for: Self.user, top: 50).entries
                                    .map(Entry.init)
                            }
                            try await Task.sleep(for: .milliseconds(2))
                        }
                        for try await entries in group { #expect(entries == expected) }
                    }
                }
                try await call(100)
                workers[0].freeze()
                // A call that waits for the frozen worker ends at its deadline: this one is not thawed before.
                try await call(300)
                #expect(await pool.counters().silences >= 1)
                workers[0].thaw()
                try await eventually("both workers answer") {
                    await pool.health()
                } until: { reports in
                    reports.allSatisfy { (try? $0.result.get()) != nil }
                }
                try await call(100)
                await pool.shutdown()
            }
        }
    }

    @Test(.timeLimit(.minutes(5)))
    func theOnlyWorkerKilledInMidRequestAnErrorThatNamesItNotAHang() async throws {
        try await withTemporaryDirectory { directory in
            let model = try TestModel.write(in: directory)
            try await withWorkers(1, options: ["--model", model], in: directory) { workers in
                let pool = try RankPool.start(
                    workers[0].endpoint,
                    configuration: .init(deadline: .seconds(20))
                )
                _ = try await pool.rank(
                    [1],
                    for: Self.user,
                    options: CallOptions(waitsForReady: true)
                )
                workers[0].freeze()
                let earlier = await pool.counters().requests
                async let list = pool.rank([1, 2, 3], for: Self.user)
                try await Self.waitUntilSent(earlier + 1, by: pool)
                workers[0].kill()
                do {
                    _ = try await list
                    Issue.record("a list from a dead worker")
                } catch let error as PoolError {
                    #expect(error.code == .unavailable)
                    #expect(error.description.contains(workers[0].endpoint), "\(error)")
                }
                await pool.shutdown()
            }
        }
    }
}
