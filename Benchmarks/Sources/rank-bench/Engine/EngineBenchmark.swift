import CPeak
import Foundation
import RankCore
import RankEngine

/// Every kernel under every plan, in this process, from ids to scores: interleaved rounds beside the measured peak of
/// fused multiply-adds; and a model without hidden layers beside a loop that does nothing but read its rows.
struct EngineBenchmark {
    /// The lists that are scored.
    static let sizes = [1, 10, 100, 500, 10_000]
    /// How long one row's turn in a round takes, unless a single list takes longer.
    private static let turn = 4_000_000.0
    /// How long a peak is measured, in microseconds.
    private static let peakTurn = 3_000.0

    /// The lists of which some are scored with cold caches too, and how many in a turn.
    private static let cold = (candidates: 500, lists: 3)

    let options: EngineOptions
    /// Memory that takes the caches' room when it is written.
    private var other = [UInt64](repeating: 0, count: 128 << 17)

    init(_ options: EngineOptions) {
        self.options = options
    }

    /// One row in the making.
    private struct Entry {
        let label: EngineReport.Label
        let candidates: Int
        /// Multiplications and additions for one candidate; 0 where they are not what limits.
        let operations: Int
        /// Floats in a vector.
        let lanes: Int
        let run: (_ lists: Int) throws -> [UInt64]
        /// Lists of a turn.
        let lists: Int
        var times: [UInt64] = []
        /// Empty unless lists of this size are scored with cold caches.
        var coldTimes: [UInt64] = []

        init(
            _ label: EngineReport.Label,
            candidates: Int,
            operations: Int = 0,
            lanes: Int = 0,
            run: @escaping (_ lists: Int) throws -> [UInt64]
        ) throws {
            (self.label, self.candidates, self.operations, self.lanes) = (label, candidates, operations, lanes)
            self.run = run
            let once = try run(3).reduce(UInt64.max, min)
            lists = min(max(Int(EngineBenchmark.turn / Double(max(once, 1))), 1), 5_000)
        }
    }

    mutating func run() throws -> EngineReport {
        let model = try Self.load(options.model)
        let shallow = try Self.load(options.shallow)
        guard shallow.shape.layerWidths.isEmpty, shallow.shape.candidateDimensions == Int(RANK_GATHER_DIMENSIONS) else {
            throw BenchmarkError(
                "\(options.shallow): wanted is a model without dense layers and with \(RANK_GATHER_DIMENSIONS) dimensions"
            )
        }
        var entries = try prepare(model) + prepare(shallow)
        for size in Self.sizes {
            let loop = GatherLoop(rowCount: shallow.candidates.rowCount, Self.requests(shallow, size))
            entries.append(
                try Entry(.init(engine: "gather loop", shape: shallow.shape.summary), candidates: size, run: loop.run)
            )
        }
        var peaks: [Int: Double] = [:]
        for round in 1...options.rounds {
            if options.takesTurns, readLine() == nil { throw BenchmarkError("no turn for round \(round)") }
            for lanes in Set(Self.lanes.values) {
                peaks[lanes] = max(peaks[lanes] ?? 0, rank_peak(Int32(lanes), Self.peakTurn))
            }
            for (bits, lanes) in [(16, 32), (8, 64)] {
                peaks[lanes] = max(peaks[lanes] ?? 0, rank_integer_peak(Int32(bits), Self.peakTurn))
            }
            for index in entries.indices { try takeTurn(&entries[index]) }
            if options.takesTurns { FileHandle.standardOutput.write(Data("done\n".utf8)) }
        }
        let chosen = try model.makeRanker()
        return EngineReport(
            options: options,
            model: "\(model.modelID)",
            shape: model.shape.summary,
            chosen: "\(chosen.kernel), \(chosen.plan.rawValue)",
            peaks: peaks,
            rows: entries.flatMap { entry in
                [(entry.times, false), (entry.coldTimes, true)].filter { !$0.0.isEmpty }.map { times, isCold in
                    EngineReport.Row(
                        entry.label,
                        isCold: isCold,
                        candidates: entry.candidates,
                        times: times,
                        operations: entry.operations,
                        peak: peaks[entry.lanes] ?? 0
                    )
                }
            },
            sample: try InProcess(chosen, Self.requests(model, Self.cold.candidates)).sample()
        )
    }

    /// Scores a turn's lists, and some with cold caches where that is wanted.
    private mutating func takeTurn(_ entry: inout Entry) throws {
        entry.times += try entry.run(entry.lists)
        guard entry.candidates == Self.cold.candidates else { return }
        for _ in 0..<Self.cold.lists {
            for word in other.indices { other[word] &+= 1 }
            entry.coldTimes += try entry.run(1)
        }
    }

    private static func load(_ path: String) throws -> RankModel {
        let model = try RankModel.load(path: path)
        guard model.users.kind == .identity, model.candidates.kind == .identity, model.users.rowCount > 1,
            model.candidates.rowCount > 1
        else { throw BenchmarkError("\(path): the benchmark wants a model whose ids are numbers from 1 on") }
        return model
    }

    private static func requests(_ model: RankModel, _ size: Int) -> BareRequests {
        BareRequests(
            candidates: size,
            users: 1...UInt64(model.users.rowCount - 1),
            candidateIDs: 1...UInt64(model.candidates.rowCount - 1)
        )
    }

    /// Makes every ranker and scores a list of each size, which must have the bits of the first kernel and plan of its
    /// numeric profile.
    ///
    /// Without dense layers every plan is the plan direct.
    private func prepare(_ model: RankModel) throws -> [Entry] {
        var entries: [Entry] = []
        for size in Self.sizes {
            let requests = Self.requests(model, size)
            var expected: [NumericProfile: [UInt32]] = [:]
            for kernel in Kernel.supported {
                // The full table computes nothing when it is asked, so it stands beside nothing that does.
                for plan in ScoringPlan.allCases
                where plan != .full && (plan == .direct || !model.shape.layerWidths.isEmpty) {
                    let ranker = try model.makeRanker(plan: plan, kernel: kernel)
                    // A kernel that cannot do anything special under this plan is another row's.
                    guard ranker.kernel == kernel else { continue }
                    let scorer = InProcess(ranker, requests)
                    let bits = try scorer.bits(of: 0)
                    guard bits == expected[kernel.profile] ?? bits else {
                        throw BenchmarkError("\(kernel) under the plan \(plan.rawValue) scores other bits")
                    }
                    expected[kernel.profile] = bits
                    let isDense = !model.shape.layerWidths.isEmpty
                    entries.append(
                        try Entry(
                            .init(
                                shape: model.shape.summary,
                                kernel: "\(kernel)",
                                plan: plan.rawValue,
                                profile: "\(kernel.profile)"
                            ),
                            candidates: size,
                            operations: isDense ? Self.operations(model.shape, plan) : 0,
                            lanes: Self.lanes["\(kernel)"] ?? 0,
                            run: { try scorer.run(rounds: $0) }
                        )
                    )
                }
            }
            if model.shape.layerWidths.count > 2 { entries += try integers(model, requests, size) }
        }
        return entries
    }

    /// The rows of integers, where this CPU has fast ones.
    private func integers(_ model: RankModel, _ requests: BareRequests, _ size: Int) throws -> [Entry] {
        try [(Precision.int16, 32), (.int8, 64)].compactMap { precision, lanes in
            guard let kernel = try? Kernel.best(for: precision) else { return nil }
            let ranker = try model.makeRanker(kernel: kernel, precision: precision, errorLimit: nil)
            let scorer = InProcess(ranker, requests)
            if let reference = try model.makeReference(of: ranker.info.profile) {
                guard try scorer.bits(of: 0) == InProcess(reference, requests).bits(of: 0) else {
                    throw BenchmarkError("\(precision) scores other bits than the scalar kernel")
                }
            }
            return try Entry(
                .init(
                    shape: model.shape.summary,
                    kernel: "\(ranker.kernel)",
                    plan: ranker.plan.rawValue,
                    profile: "\(ranker.info.profile)"
                ),
                candidates: size,
                operations: Self.operations(model.shape, ranker.plan),
                lanes: lanes,
                run: { try scorer.run(rounds: $0) }
            )
        }
    }

    /// Floats in the vectors of each kernel that fuses.
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
