import RankCharts
import RankCore
import RankTraining

extension Figure {
    /// The model beside the baselines.
    static func baselines(_ comparison: BaselineComparison, areTest: Bool, unit: String) -> Figure {
        let bars = Bars(
            bars: comparison.rows.map { row in
                Bars.Bar(name: row.name, value: row.metrics.rmseInStars, isOurs: row.isModel)
            },
            nameWidth: 164,
            places: 4
        )
        let pairs: Markup = areTest ? "the same test ratings" : "the training ratings, which all of them are made of"
        return Figure(
            id: "standing",
            title: "Beside the baselines",
            text: """
                RMSE in \(unit) on \(pairs), unclipped: less is better. The baselines are the mean of all training \
                ratings, \
                that of each item, and that mean with a bias for each user and item.
                """,
            height: bars.height,
            drawing: bars.drawing,
            numbers: FigureTable(
                columns: ["", "RMSE", "MAE", "NDCG@10"],
                rows: comparison.rows.map { row in
                    [row.name]
                        + [row.metrics.rmseInStars, row.metrics.maeInStars, row.metrics.ndcgAt10].map { fixed($0, 4) }
                },
                emphasised: comparison.rows.firstIndex(where: \.isModel)
            )
        )
    }
}
