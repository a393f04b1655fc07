// Uses both products, and every door of a pool: a pool gives the bits that its model file gives in this process.
//
//     same-bits model.safetensors tcp://127.0.0.1:7000,tcp://127.0.0.1:7001

import RankCore
import RankEngine
import RankPool

/// What differed.
struct Difference: Error {
    let subject: String

    static func unless(_ isEqual: Bool, _ subject: String) throws {
        if !isEqual { throw Difference(subject: subject) }
    }
}

/// Bits of scores, which `==` of floats does not compare.
func bits(_ scores: some Sequence<Float>) -> [UInt32] { scores.map(\.bitPattern) }

func compare(model path: String, workers: String) async throws {
    // The oracle, whatever the workers use.
    let ranker = try RankModel.load(path: path).makeRanker(kernel: .scalar)
    let configuration = try RankPool.Configuration(deadline: .seconds(10), hedging: .afterPercentile(0.95))
    try await withRankPool(workers, configuration: configuration) { pool in
        try await pool.waitUntilReady(within: .seconds(10))
        let catalog = try await pool.catalog()
        guard let candidates = catalog.ids(as: UInt64.self) else { throw Difference(subject: "ids are no numbers") }
        let options = CallOptions(unknownIDs: .fallback, model: catalog.model)

        let theirs = try await pool.rank(candidates, for: 42, top: 10, options: options)
        let ours = try ranker.rank(candidates, for: 42, top: 10, unknownIDs: .fallback)
        try Difference.unless(theirs.map(\.id) == ours.map(\.id), "the ten best")
        try Difference.unless(bits(theirs.map(\.score)) == bits(ours.map(\.score)), "their scores")
        try Difference.unless(theirs.model == ours.model && theirs.profile == ours.profile, "model and profile")

        let scores = try await pool.scores(of: candidates, for: 42, options: options)
        let reference = try ranker.scores(of: candidates, for: 42, unknownIDs: .fallback)
        try Difference.unless(bits(scores) == bits(reference), "scores in the order of the call")

        let batch = [42, 43].map { BatchQuery(user: UInt64($0), candidates: candidates) }
        let lists = try await pool.rank(batch, top: 1, options: options)
        try Difference.unless(lists[0].first == theirs.first, "a list of a batch")
        try Difference.unless(try await pool.scores(of: batch, options: options)[0] == scores, "scores of a batch")

        for report in await pool.info() {
            print(report.endpoint, try report.result.get().model)
        }
        for report in await pool.health() {
            try Difference.unless(try report.result.get().isServing, "health of \(report.endpoint)")
        }
        for report in await pool.stats() {
            _ = try report.result.get()["requests"]
        }
        print("\(candidates.count) candidates: the same bits; \(await pool.counters().requests) requests")
    }
    do {
        _ = try RankPool.Configuration(attempts: 0)
        throw Difference(subject: "a configuration without attempts")
    } catch let error as PoolError {
        try Difference.unless(error.code == .invalidArgument && error.code.advice == .fixRequest, "\(error)")
    }
}

let arguments = CommandLine.arguments.dropFirst()
if arguments.count == 2 {
    try await compare(model: arguments[1], workers: arguments[2])
} else {
    print("usage: same-bits MODEL WORKERS")
}
