import Foundation
import RankEngine

/// The best of whole catalogues, by brute force and by an index, for one user and for sixteen at a time: in turns on one
/// thread, of fifty calls and of one, and the same lists asked of both.
struct SearchBenchmark {
    /// Users whose lists are made together.
    private static let together = 16
    /// The most calls of an engine before the other has its turn: each finds its caches as in a service of its own.
    private static let window = 50
    /// Scores of brute force in a round, about.
    private static let scores = 400_000_000

    let options: SearchOptions

    init(_ options: SearchOptions) {
        self.options = options
    }

    func run() throws -> SearchReport {
        var report = SearchReport(options: options)
        for (name, path) in options.catalogues { try add(name, RankModel.load(path: path), to: &report) }
        return report
    }

    /// Nanoseconds that the processor gave this thread: other programs lengthen no list but by what they evict.
    private static var processorTime: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    private func add(_ name: String, _ model: RankModel, to report: inout SearchReport) throws {
        let plain = try BatchScorer(model, threads: 1)
        let start = ContinuousClock.now
        let certified = try plain.choosing(.certified, top: options.k, users: options.users)
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        report.indexes.append(
            SearchReport.Index(model: name, detail: certified.topKChoice.detail, seconds: seconds)
        )
        let items = model.shape.candidateRows - 1
        let known = model.shape.userRows - 1
        let fitting = max(Self.scores / max(items, 1), Self.together) / Self.together * Self.together
        let count = min(options.users, known, fitting)
        // Spread over all users.
        let users = (0..<count).map { UInt32(1 + $0 * known / count) }
        for (size, window) in [(1, Self.window), (Self.together, Self.window), (1, 1), (Self.together, 1)]
        where size <= count {
            let calls = stride(from: 0, to: count - size + 1, by: size).map { Array(users[$0..<($0 + size)]) }
            let turns = stride(from: 0, to: calls.count, by: window).map { $0..<min($0 + window, calls.count) }
            var times: [[UInt64]] = [[], []]
            var scored = [0, 0]
            var identical = true
            for round in 0...options.rounds {
                for turn in turns {
                    var lists: [[[[BatchScorer.Entry]]]] = [[], []]
                    for (engine, scorer) in [plain, certified].enumerated() {
                        for call in turn {
                            let start = Self.processorTime
                            lists[engine].append(
                                try scorer.best(options.k, userRows: calls[call], scored: &scored[engine])
                            )
                            let elapsed = Self.processorTime - start
                            // The first round warms up.
                            if round > 0 { times[engine].append(elapsed / UInt64(size)) }
                        }
                    }
                    identical = identical && lists[0] == lists[1]
                }
            }
            for (engine, plan) in ["plain", "certified"].enumerated() {
                report.rows.append(
                    SearchReport.Row(
                        model: name,
                        engine: plan,
                        kernel: "\(plain.kernel)",
                        candidates: items,
                        k: options.k,
                        users: size,
                        turn: window,
                        times: times[engine],
                        rescored: Double(scored[engine]) / Double((options.rounds + 1) * calls.count * size),
                        identical: identical
                    )
                )
            }
        }
    }
}
