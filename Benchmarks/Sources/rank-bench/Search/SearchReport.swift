import Foundation

/// What `rank-bench search` found.
struct SearchReport {
    /// The index of a catalogue.
    struct Index {
        let model: String
        let detail: String
        let seconds: Double
    }

    /// Lists of one catalogue by one engine.
    struct Row {
        let model: String
        let engine: String
        let kernel: String
        let candidates: Int
        let k: Int
        /// Users whose lists are made together.
        let users: Int
        /// The most calls of an engine before the other has its turn.
        let turn: Int
        /// Processor time of a list: the mean over users, what a quarter and a half took at most (nanoseconds).
        let mean: Double
        let p25: Double
        let median: Double
        /// Scores in fp32 for a list.
        let rescored: Double
        /// Whether both engines gave the same lists.
        let identical: Bool

        init(
            model: String,
            engine: String,
            kernel: String,
            candidates: Int,
            k: Int,
            users: Int,
            turn: Int,
            times: [UInt64],
            rescored: Double,
            identical: Bool
        ) {
            (self.model, self.engine, self.kernel) = (model, engine, kernel)
            (self.candidates, self.k, self.users, self.turn) = (candidates, k, users, turn)
            (self.rescored, self.identical) = (rescored, identical)
            let sorted = times.sorted()
            mean = sorted.isEmpty ? .nan : Double(sorted.reduce(0, +)) / Double(sorted.count)
            p25 = sorted.isEmpty ? .nan : Double(sorted[sorted.count / 4])
            median = sorted.isEmpty ? .nan : Double(sorted[sorted.count / 2])
        }
    }

    let options: SearchOptions
    var indexes: [Index] = []
    var rows: [Row] = []

    init(options: SearchOptions) {
        self.options = options
    }

    /// The mean of the row before, which is brute force, over that of a certified row.
    private func ratio(_ place: Int) -> Double? {
        rows[place].engine == "certified" ? rows[place - 1].mean / rows[place].mean : nil
    }

    var text: String {
        var lines = ["\(Machine.name); \(Machine.date); \(options.rounds) rounds, engines in turns", ""]
        for index in indexes {
            lines.append("\(index.model): \(index.detail), made in \(String(format: "%.3f", index.seconds)) s")
        }
        lines += [
            "",
            "model                engine     candidates     k  users  turn    ns mean     ns p25  ns median"
                + "    rescored  same   ratio",
        ]
        for (place, row) in rows.enumerated() {
            lines.append(
                row.model.padding(toLength: 21, withPad: " ", startingAt: 0)
                    + row.engine.padding(toLength: 10, withPad: " ", startingAt: 0)
                    + String(format: "%11d %5d %6d %5d", row.candidates, row.k, row.users, row.turn)
                    + String(format: "%11.0f%11.0f%11.0f", row.mean, row.p25, row.median)
                    + String(format: "%12.1f", row.rescored) + "  \(row.identical ? "yes" : "NO ")"
                    + (ratio(place).map { String(format: "%8.1f", $0) } ?? "")
            )
        }
        return lines.joined(separator: "\n")
    }

    var json: String {
        get throws {
            let found: [String: Any] = [
                "rounds": options.rounds,
                "indexes": indexes.map {
                    ["model": $0.model, "detail": $0.detail, "seconds": $0.seconds] as [String: Any]
                },
                "rows": rows.map { row in
                    [
                        "model": row.model,
                        "engine": row.engine,
                        "kernel": row.kernel,
                        "candidates": row.candidates,
                        "k": row.k,
                        "users": row.users,
                        "turn": row.turn,
                        "ns_mean": row.mean,
                        "ns_p25": row.p25,
                        "ns_median": row.median,
                        "rescored": row.rescored,
                        "identical": row.identical,
                    ] as [String: Any]
                },
            ]
            return try Machine.json(with: found)
        }
    }
}
