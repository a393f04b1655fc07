import Foundation
import RankEngine

/// What `rank-bench catalogue` found.
struct CatalogueReport {
    /// How the large catalogue was loaded.
    struct Load {
        let placement: RankModel.Placement
        let byteCount: Int
        let digestSeconds: Double
        /// From the digest to what is ready to serve, the self-check included.
        let afterDigestSeconds: Double
        /// What a copy adds before the digest.
        let hugePageBytes: Int

        init(_ placement: RankModel.Placement, _ times: RankModel.LoadTimes, ready: Duration, hugePages: Int) {
            self.placement = placement
            byteCount = times.byteCount
            digestSeconds = times.digest / .seconds(1)
            afterDigestSeconds = (times.total - times.digest + ready) / .seconds(1)
            hugePageBytes = hugePages
        }

        var digestRate: Double { Double(byteCount) / max(digestSeconds, 1e-9) / 1e9 }
    }

    /// Lists of one catalogue under one plan.
    struct Row {
        let catalogue: String
        let plan: ScoringPlan
        let candidates: Int
        /// Nanoseconds of a list: a quarter of the lists took less.
        let p25: Double
        let median: Double

        init(_ catalogue: String, _ plan: ScoringPlan, _ candidates: Int, _ times: [UInt64]) {
            self.catalogue = catalogue
            self.plan = plan
            self.candidates = candidates
            let sorted = times.sorted()
            p25 = sorted.isEmpty ? .nan : Double(sorted[sorted.count / 4])
            median = sorted.isEmpty ? .nan : Double(sorted[sorted.count / 2])
        }
    }

    let options: CatalogueOptions
    let loads: [Load]
    let rows: [Row]

    /// A row's rate over that of the small catalogue under the plan factored, the first row.
    func ratio(_ row: Row) -> Double { (rows.first?.p25 ?? .nan) / row.p25 }

    var text: String {
        var lines = ["\(Machine.name); \(Machine.date)", ""]
        for load in loads {
            lines.append(
                "large, \(load.placement.rawValue): "
                    + String(
                        format:
                            "%.2f GB, digest %.2f s (%.2f GB/s), everything else until it may serve %.3f s, %d MiB in huge pages",
                        Double(load.byteCount) / 1e9,
                        load.digestSeconds,
                        load.digestRate,
                        load.afterDigestSeconds,
                        load.hugePageBytes >> 20
                    )
            )
        }
        lines += ["", "lists of \(options.candidates), \(options.rounds) interleaved rounds, from ids to scores", ""]
        lines.append("catalogue        plan           ns p25   ns median   rate over the first row's")
        for row in rows {
            lines.append(
                row.catalogue.padding(toLength: 17, withPad: " ", startingAt: 0)
                    + row.plan.rawValue.padding(toLength: 11, withPad: " ", startingAt: 0)
                    + String(format: "%10.0f %11.0f %11.2f", row.p25, row.median, ratio(row))
            )
        }
        return lines.joined(separator: "\n")
    }

    var json: String {
        get throws {
            let found: [String: Any] = [
                "candidates": options.candidates,
                "rounds": options.rounds,
                "loads": loads.map { load in
                    [
                        "weights": load.placement.rawValue,
                        "bytes": load.byteCount,
                        "digest_seconds": load.digestSeconds,
                        "digest_gb_per_s": load.digestRate,
                        "after_digest_seconds": load.afterDigestSeconds,
                        "huge_page_bytes": load.hugePageBytes,
                    ] as [String: Any]
                },
                "rows": rows.map { row in
                    [
                        "catalogue": row.catalogue,
                        "plan": row.plan.rawValue,
                        "ns_p25": row.p25,
                        "ns_median": row.median,
                        "rate_over_factored": ratio(row),
                    ] as [String: Any]
                },
            ]
            return try Machine.json(with: found)
        }
    }
}
