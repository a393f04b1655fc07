import CommandSupport
import RankCore
import RankData
import RankTraining

extension RankingStudy.Result {
    /// One line per predictor: NDCG@10 by split, and means; in formats without a title the data's name comes first.
    func table(_ data: String? = nil) -> TextTable {
        var columns: [(name: String, alignment: TextTable.Alignment)] = [("NDCG@10", .left)]
        columns += splits.map { ($0.shortName, .right) }
        columns += ["mean ± sd", "NDCG exp", "MRR", "MAP", "recall@10"].map { ($0, .right) }
        if data != nil { columns.insert(("data", .left), at: 0) }
        var table = TextTable(columns)
        for row in rows {
            var cells = [row.name] + row.splits.map { fixed($0.ndcg, 4) }
            cells.append("\(fixed(row.mean(\.ndcg), 4)) ± \(fixed(row.deviation(\.ndcg), 4))")
            cells += [
                fixed(row.mean(\.exponentialNDCG), 4), fixed(row.mean(\.meanReciprocalRank), 4),
                fixed(row.mean(\.meanAveragePrecision), 4), fixed(row.mean(\.recall), 4),
            ]
            if let data { cells.insert(data, at: 0) }
            table.append(cells)
        }
        return table
    }

    /// The table for programs.
    func json(_ data: String, seed: UInt64) -> JSONValue {
        [
            "data": .string(data),
            "seed": .unsigned(seed),
            "rows": .array(
                rows.map { row in
                    [
                        "model": .string(row.name),
                        "mean_ndcg@10": .number(row.mean(\.ndcg)),
                        "sd_ndcg@10": .number(row.deviation(\.ndcg)),
                        "mean_ndcg_exp@10": .number(row.mean(\.exponentialNDCG)),
                        "mean_mrr@10": .number(row.mean(\.meanReciprocalRank)),
                        "mean_map@10": .number(row.mean(\.meanAveragePrecision)),
                        "mean_recall@10": .number(row.mean(\.recall)),
                        "splits": .array(
                            zip(splits, row.splits).map { spec, metrics in
                                .object([JSONValue.Member("split", .string(spec.description))] + metrics.json)
                            }
                        ),
                    ]
                }
            ),
        ]
    }
}

extension SplitSpec {
    /// The text of a split, short: of a file only its name.
    var shortName: String {
        if case .file(let path) = self { return path.split(separator: "/").last.map(String.init) ?? path }
        return description
    }
}
