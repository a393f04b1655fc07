import Foundation

/// What `rank-bench topk` found.
struct TopKReport {
    /// Lists of one length by one plan.
    struct Row {
        let model: String
        let engine: String
        let kernel: String
        let candidates: Int
        let wanted: Int
        /// Nanoseconds of a list: a quarter of the lists took less.
        let p25: Double
        /// Candidates scored in float32, in the mean over lists.
        let rescored: Double
        let isIdentical: Bool
    }

    let options: TopKOptions
    /// In pairs: plain, then certified.
    let rows: [Row]

    var text: String {
        var lines = ["\(Machine.name); \(Machine.date)", ""]
        lines.append("lists in turns, \(options.rounds) rounds of 64 users, from ids to the positions of the best")
        lines.append("")
        lines.append("model          candidates     k   plain us   engine         us   factor   scored   identical")
        for pair in stride(from: 0, to: rows.count - 1, by: 2) {
            let (plain, other) = (rows[pair], rows[pair + 1])
            lines.append(
                plain.model.padding(toLength: 15, withPad: " ", startingAt: 0)
                    + String(format: "%10d %5d %10.1f   ", plain.candidates, plain.wanted, plain.p25 / 1_000)
                    + other.engine.padding(toLength: 11, withPad: " ", startingAt: 0)
                    + String(format: "%6.1f %8.2f %8.1f   ", other.p25 / 1_000, plain.p25 / other.p25, other.rescored)
                    + (other.isIdentical ? "yes" : "NO")
            )
        }
        return lines.joined(separator: "\n")
    }

    var json: String {
        get throws {
            let found: [String: Any] = [
                "rounds": options.rounds,
                "rows": rows.map { row in
                    [
                        "model": row.model,
                        "engine": row.engine,
                        "kernel": row.kernel,
                        "candidates": row.candidates,
                        "k": row.wanted,
                        "ns_p25": row.p25,
                        "rescored": row.rescored,
                        "identical": row.isIdentical,
                    ] as [String: Any]
                },
            ]
            return try Machine.json(with: found)
        }
    }
}
