import CPeak
import RankEngine

/// Every kernel under every plan, in this process, from ids to scores: interleaved rounds beside the measured peak of
/// fused multiply-adds.
struct EngineBenchmark {
    /// The lists that are scored.
    static let sizes = [1, 10, 100, 500, 10_000]
    /// How long one row's turn in a round takes, unless a single list takes longer.
    private static let turn = 4_000_000.0
    /// How long a peak is measured, in microseconds.
    private static let peakTurn = 3_000.0

    let options: EngineOptions

    init(_ options: EngineOptions) {
        self.options = options
    }

    /// One row in the making.
    private struct Entry {
        let kernel: Kernel
        let plan: ScoringPlan
        let candidates: Int
        let scorer: InProcess
        /// Lists of a turn.
        let lists: Int
        var times: [UInt64] = []
    }

    func run() throws -> EngineReport {
        let model = try RankModel.load(path: options.model)
        guard model.users.kind == .identity, model.candidates.kind == .identity, model.users.rowCount > 1,
            model.candidates.rowCount > 1
        else { throw BenchmarkError("\(options.model): the benchmark wants a model whose ids are numbers from 1 on") }
        var entries = try prepare(model)
        var peaks: [Int: Double] = [:]
        for _ in 0..<options.rounds {
            for lanes in Self.lanes.values {
                peaks[lanes] = max(peaks[lanes] ?? 0, rank_peak(Int32(lanes), Self.peakTurn))
            }
            for index in entries.indices {
                entries[index].times += try entries[index].scorer.run(rounds: entries[index].lists)
            }
        }
        let chosen = try model.makeRanker()
        return EngineReport(
            options: options,
            model: "\(model.modelID)",
            shape: model.shape.summary,
            chosen: "\(chosen.kernel), \(chosen.plan.rawValue)",
            peaks: peaks,
            rows: entries.map { entry in
                EngineReport.Row(
                    kernel: "\(entry.kernel)",
                    plan: entry.plan,
                    candidates: entry.candidates,
                    times: entry.times,
                    operations: Self.operations(model.shape, entry.plan),
                    peak: Self.lanes["\(entry.kernel)"].flatMap { peaks[$0] } ?? 0
                )
            }
        )
    }

    /// Makes every ranker and scores a list of each size, which must have the bits of the first kernel and plan.
    private func prepare(_ model: RankModel) throws -> [Entry] {
        var entries: [Entry] = []
        for size in Self.sizes {
            let requests = RequestSet(
                candidates: size,
                users: 1...UInt64(model.users.rowCount - 1),
                candidateIDs: 1...UInt64(model.candidates.rowCount - 1)
            )
            var expected: [UInt32]?
            for kernel in Kernel.supported {
                // The full table computes nothing when it is asked, so it stands beside nothing that does.
                for plan in ScoringPlan.allCases where plan != .full {
                    let ranker = try model.makeRanker(plan: plan, kernel: "\(kernel)")
                    // A kernel that cannot do anything special under this plan is another row's.
                    guard ranker.kernel == kernel else { continue }
                    let scorer = InProcess(ranker, requests)
                    let bits = try scorer.bits(of: 0)
                    guard bits == expected ?? bits else {
                        throw BenchmarkError("\(kernel) under the plan \(plan.rawValue) scores other bits")
                    }
                    expected = bits
                    let once = try scorer.run(rounds: 3).reduce(UInt64.max, min)
                    entries.append(
                        Entry(
                            kernel: kernel,
                            plan: plan,
                            candidates: size,
                            scorer: scorer,
                            lists: min(max(Int(Self.turn / Double(max(once, 1))), 1), 5_000)
                        )
                    )
                }
            }
        }
        return entries
    }

    /// Floats in the vectors of each kernel.
    private static let lanes = ["scalar": 1, "neon": 4, "avx2": 8, "avx512": 16, "avx512-skip": 16]

    /// Multiplications and additions of the dense layers for one candidate, as the plan has them: what is done once for
    /// a list or at load does not count, and what a kernel skips does.
    static func operations(_ shape: ModelShape, _ plan: ScoringPlan) -> Int {
        guard let first = shape.layerWidths.first else { return 2 * (shape.dotProduct ? shape.userDimensions : 0) }
        var products =
            switch plan {
            case .direct: (shape.userDimensions + shape.candidateDimensions) * first
            case .userOnce: shape.candidateDimensions * first
            case .factored, .full: 0
            }
        for (inputs, outputs) in zip(shape.layerWidths, shape.layerWidths.dropFirst()) { products += inputs * outputs }
        return 2 * (products + (shape.dotProduct ? shape.userDimensions : 0))
    }
}
