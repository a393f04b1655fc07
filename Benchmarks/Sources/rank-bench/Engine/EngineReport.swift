import Foundation
import RankEngine

/// What `rank-bench engine` found.
struct EngineReport {
    /// What scored, and what it scored.
    struct Label: Equatable {
        var engine = "swift-rank"
        var shape: String
        var kernel = "none"
        var plan = "none"
        var profile = "none"

        /// The kernel, with the width of its integers where it has some; what is not ours has its own name.
        var name: String {
            guard engine == Label(shape: "").engine else { return engine }
            return profile.hasPrefix("int") ? "\(kernel) \(profile.prefix { $0 != "-" })" : kernel
        }
    }

    /// One kernel under one plan with lists of one size.
    struct Row {
        let label: Label
        /// Whether other memory was written before each list.
        let isCold: Bool
        let candidates: Int
        /// Nanoseconds of a list: a quarter of the lists took less.
        let p25: Double
        let median: Double
        /// Operations of the dense layers a nanosecond, over the measured peak of this kernel's vectors; nil where
        /// there are none, or no such peak was measured.
        let shareOfPeak: Double?

        init(_ label: Label, isCold: Bool, candidates: Int, times: [UInt64], operations: Int, peak: Double) {
            self.label = label
            self.isCold = isCold
            self.candidates = candidates
            let sorted = times.sorted()
            p25 = sorted.isEmpty ? .nan : Double(sorted[sorted.count / 4])
            median = sorted.isEmpty ? .nan : Double(sorted[sorted.count / 2])
            shareOfPeak = peak > 0 && operations > 0 ? Double(operations * candidates) / p25 / peak : nil
        }

        var candidatesPerSecond: Double { Double(candidates) * 1e9 / p25 }
    }

    let options: EngineOptions
    let model: String
    let shape: String
    /// The kernel and the plan that a worker takes for this model on this CPU.
    let chosen: String
    /// 10⁹ operations a second by floats in a vector; 32 and 64 are 16-bit and 8-bit integers.
    let peaks: [Int: Double]
    let rows: [Row]
    /// One list with its scores, to hold other engines to.
    let sample: InProcess.Sample

    /// The rate over that of the dense kernel of AVX-512 under the plan factored, for the same lists.
    private func overDense(_ row: Row) -> Double? {
        rows.first { other in
            (other.label.shape, other.label.kernel, other.label.plan) == (row.label.shape, "avx512", "factored")
                && (other.candidates, other.isCold) == (row.candidates, row.isCold)
        }.map { $0.p25 / row.p25 }
    }

    var text: String {
        let found = peaks.filter { $0.value > 0 }.sorted { $0.key > $1.key }
        var lines = [
            "\(Machine.name); \(Machine.date)",
            "model \(model), \(shape); a worker takes \(chosen)",
            "from ids to scores in this process, one thread, \(options.rounds) interleaved rounds; "
                + "every row of a profile has the same bits",
            "measured peak of multiply-adds, 10⁹ operations/s (64 and 32 lanes are integers): "
                + found.map { "\($0.key) lanes " + String(format: "%.1f", $0.value) }.joined(separator: ", "),
        ]
        var shape: String?
        for row in rows {
            if row.label.shape != shape {
                shape = row.label.shape
                lines += [
                    "", row.label.shape,
                    "kernel            plan       cache candidates      ns p25   ns median  candidates/s  of peak  over avx512",
                ]
            }
            lines.append(
                row.label.name.padding(toLength: 18, withPad: " ", startingAt: 0)
                    + row.label.plan.padding(toLength: 11, withPad: " ", startingAt: 0)
                    + (row.isCold ? "cold " : "warm ")
                    + String(
                        format: "%10d %11.0f %11.0f %13.0f",
                        row.candidates,
                        row.p25,
                        row.median,
                        row.candidatesPerSecond
                    )
                    + (row.shareOfPeak.map { String(format: " %8.2f", $0) } ?? "        -")
                    + (overDense(row).map { String(format: " %12.2f", $0) } ?? "")
            )
        }
        return lines.joined(separator: "\n")
    }

    var json: String {
        get throws {
            let found: [String: Any] = [
                "model_id": model,
                "shape": shape,
                "chosen": chosen,
                "rounds": options.rounds,
                // Vectors that this CPU has not are not measured.
                "peak_gflops": Dictionary(
                    uniqueKeysWithValues: peaks.filter { $0.value > 0 }.map { ("\($0.key)", $0.value) }
                ),
                "sample": [
                    "user": sample.user, "candidates": sample.candidates, "scores": sample.scores,
                ],
                "rows": rows.map { row in
                    [
                        "engine": row.label.engine,
                        "shape": row.label.shape,
                        "kernel": row.label.kernel,
                        "plan": row.label.plan,
                        "profile": row.label.profile,
                        "cache": row.isCold ? "cold" : "warm",
                        "candidates": row.candidates,
                        "ns_p25": row.p25,
                        "ns_median": row.median,
                        "candidates_per_s": row.candidatesPerSecond,
                        "share_of_peak": row.shareOfPeak ?? NSNull(),
                        "over_dense_avx512": overDense(row) ?? NSNull(),
                    ] as [String: Any]
                },
            ]
            return try Machine.json(with: found)
        }
    }
}
