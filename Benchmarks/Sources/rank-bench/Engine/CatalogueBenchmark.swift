import Foundation
import RankEngine

/// A catalogue whose tables fit no budget beside one whose tables do: load times, and lists of random items in
/// interleaved rounds.
struct CatalogueBenchmark {
    /// Different lists of a row: so many that the rows of a large catalogue come from memory.
    private static let variants = 4_096
    /// Lists of a turn.
    private static let lists = 200

    let options: CatalogueOptions

    init(_ options: CatalogueOptions) {
        self.options = options
    }

    func run() throws -> CatalogueReport {
        let small = try RankModel.load(path: options.model)
        guard try small.makeRanker().plan == .factored else {
            throw BenchmarkError("\(options.model): the plan factored must fit the memory budget")
        }
        var loads: [CatalogueReport.Load] = []
        var rows: [(name: String, plan: ScoringPlan, scorer: InProcess, times: [UInt64])] = []
        func add(_ name: String, _ model: RankModel, _ ranker: EmbeddingRanker) throws {
            rows.append((name, ranker.plan, InProcess(ranker, try requests(model)), []))
        }
        try add("small, mapped", small, small.makeRanker())
        try add("small, mapped", small, small.makeRanker(plan: .userOnce))
        try add("small, mapped", small, small.makeRanker(plan: .full))
        var bits: [UInt32]?
        for placement in [RankModel.Placement.mapped, .copied] {
            let pages = Self.hugePages
            let model = try RankModel.load(path: options.catalogue, placement: placement)
            let start = ContinuousClock.now
            let ranker = try model.makeRanker()
            guard try ranker.reproduceGoldens() > 0 else { throw BenchmarkError("\(options.catalogue): no goldens") }
            let ready = ContinuousClock.now - start
            loads.append(
                CatalogueReport.Load(placement, model.loadTimes, ready: ready, hugePages: Self.hugePages - pages)
            )
            try add("large, \(placement.rawValue)", model, ranker)
            let found = try rows[rows.count - 1].scorer.bits(of: 0)
            let oracle = try InProcess(model.makeRanker(plan: .direct, kernel: .scalar), requests(model, 1)).bits(
                of: 0
            )
            guard found == oracle, found == bits ?? found else {
                throw BenchmarkError("the large catalogue, \(placement.rawValue), scores other bits")
            }
            bits = found
        }
        for round in 0..<options.rounds {
            for index in rows.indices {
                rows[index].times += try rows[index].scorer.run(rounds: Self.lists, from: round * Self.lists)
            }
        }
        return CatalogueReport(
            options: options,
            loads: loads,
            rows: rows.map { CatalogueReport.Row($0.name, $0.plan, options.candidates, $0.times) }
        )
    }

    private func requests(_ model: RankModel, _ variants: Int = variants) throws -> BareRequests {
        guard model.users.kind == .identity, model.candidates.kind == .identity, model.users.rowCount > 1,
            model.candidates.rowCount > 1
        else { throw BenchmarkError("the benchmark wants models whose ids are numbers from 1 on") }
        return BareRequests(
            candidates: options.candidates,
            users: 1...UInt64(model.users.rowCount - 1),
            candidateIDs: 1...UInt64(model.candidates.rowCount - 1),
            variants: variants
        )
    }

    /// Bytes of this process in huge pages, as far as Linux tells.
    private static var hugePages: Int {
        let text = (try? String(contentsOfFile: "/proc/self/smaps_rollup", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("AnonHugePages:") }
        return (line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) << 10
    }
}
