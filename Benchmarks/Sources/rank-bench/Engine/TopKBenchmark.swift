import Foundation
import RankEngine

/// The best of lists, plain and certified, list by list in turns: from ids to the positions of the best.
struct TopKBenchmark {
    /// Lengths of lists; those of more than the catalogue has repeat items.
    private static let lengths = [30, 100, 500, 1_682, 10_000]
    private static let wanted = [10, 50, 100]
    /// Users whose lists a round has.
    private static let users = 64

    let options: TopKOptions

    init(_ options: TopKOptions) {
        self.options = options
    }

    func run() throws -> TopKReport {
        var rows: [TopKReport.Row] = []
        for path in options.models {
            let model = try RankModel.load(path: path)
            let plain = try model.makeRanker(topKPlan: .plain)
            let certified = try model.makeRanker(topKPlan: options.isForced ? .certified : .auto)
            for length in Self.lengths {
                for wanted in Self.wanted where wanted < length {
                    rows += try compare(model, plain, certified, length, wanted, name: Self.name(path))
                }
            }
        }
        return TopKReport(options: options, rows: rows)
    }

    /// Both plans for one length and one number of entries.
    private func compare(
        _ model: RankModel,
        _ plain: EmbeddingRanker,
        _ certified: EmbeddingRanker,
        _ length: Int,
        _ wanted: Int,
        name: String
    ) throws -> [TopKReport.Row] {
        let (users, items) = (UInt64(model.users.rowCount - 1), UInt64(model.candidates.rowCount - 1))
        guard model.users.kind == .identity, model.candidates.kind == .identity, users > 0, items > 0 else {
            throw BenchmarkError("the benchmark wants models whose ids are numbers from 1 on")
        }
        var (left, right) = (BestList(length, wanted), BestList(length, wanted))
        var generator = SystemRandomNumberGenerator()
        var times: (plain: [UInt64], certified: [UInt64]) = ([], [])
        var (rescored, isIdentical) = (0, true)
        for round in 0...options.rounds {
            for turn in 0..<Self.users {
                let user = UInt64(turn) * users / UInt64(Self.users) + 1
                let ids = (0..<length).map { _ in UInt64.random(in: 1...items, using: &generator) }
                let first = try left.rank(ids, for: user, by: plain)
                let second = try right.rank(ids, for: user, by: certified)
                isIdentical = isIdentical && left.bits == right.bits
                // The first round makes the users' records.
                if round == 0 { continue }
                times.plain.append(first)
                times.certified.append(second)
                rescored += right.scoredCount
            }
        }
        let lists = options.rounds * Self.users
        func row(_ engine: String, _ ranker: EmbeddingRanker, _ times: [UInt64], _ scored: Double) -> TopKReport.Row {
            TopKReport.Row(
                model: name,
                engine: engine,
                kernel: ranker.kernel.description,
                candidates: length,
                wanted: wanted,
                p25: Double(times.sorted()[times.count / 4]),
                rescored: scored,
                isIdentical: isIdentical
            )
        }
        let plan = certified.topKChoice.plan == .certified ? "certified" : "auto: plain"
        return [
            row("plain", plain, times.plain, Double(length)),
            row(plan, certified, times.certified, Double(rescored) / Double(max(lists, 1))),
        ]
    }

    private static func name(_ path: String) -> String {
        URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
    }
}

/// A list's memory, which a service keeps as well.
private struct BestList {
    private var scores: [Float]
    private var unknown: [Bool]
    private var positions: [UInt32]
    private let best = BestScores()
    private let topK = TopK()
    private let wanted: Int

    init(_ length: Int, _ wanted: Int) {
        scores = [Float](repeating: 0, count: length)
        unknown = [Bool](repeating: false, count: length)
        positions = [UInt32](repeating: 0, count: wanted)
        self.wanted = wanted
    }

    /// Candidates that were scored in float32.
    var scoredCount: Int { scores.count { $0 > -.infinity } }

    /// Positions and score bits of the best.
    var bits: [[UInt32]] { [positions, positions.map { scores[Int($0)].bitPattern }] }

    /// Ranks a list; returns the nanoseconds.
    mutating func rank(_ ids: [UInt64], for user: UInt64, by ranker: EmbeddingRanker) throws -> UInt64 {
        let start = DispatchTime.now().uptimeNanoseconds
        best.reset(wanted)
        try ids.withUnsafeBytes { ids in
            let query = RankQuery(user: .number(user), candidates: .numbers(ids))
            _ = try scores.withUnsafeMutableBufferPointer { scores in
                try unknown.withUnsafeMutableBufferPointer { unknown in
                    try ranker.scoreBest(
                        query,
                        candidates: 0..<scores.count,
                        omitsUnknown: false,
                        best: best,
                        scores: scores,
                        unknown: unknown
                    )
                }
            }
            _ = scores.withUnsafeBufferPointer { scores in
                positions.withUnsafeMutableBufferPointer { positions in
                    topK.select(wanted, scores: scores, ids: .numbers(ids), into: positions)
                }
            }
        }
        return DispatchTime.now().uptimeNanoseconds - start
    }
}
