import RankCharts
import RankCore

extension Figure {
    /// Mean ratings over mean predictions.
    static func calibration(_ calibration: Calibration, unit: String) -> Figure {
        let bins = calibration.bins
        let ends = bins.flatMap { [$0.predicted, $0.actual - 2 * $0.standardError, $0.actual + 2 * $0.standardError] }
        let axis = Axis(covering: ends)
        let plot = Plot(x: axis, y: axis, xName: "mean prediction, \(unit)", yName: "mean rating, \(unit)")
        let diagonal = plot.line([(axis.lower, axis.lower), (axis.upper, axis.upper)], style: "other")
        let dots = bins.map { bin -> Markup in
            let place = plot.across(bin.predicted)
            return """
                <line class="ours whisker" x1="\(place)" x2="\(place)" \
                y1="\(plot.up(bin.actual - 2 * bin.standardError))" \
                y2="\(plot.up(bin.actual + 2 * bin.standardError))"/>\
                <circle class="ours dot" cx="\(place)" cy="\(plot.up(bin.actual))" r="4.5"/>
                """
        }
        let worst = bins.max { ($0.actual - $0.predicted).magnitude < ($1.actual - $1.predicted).magnitude }
        let distance: Markup =
            worst.map {
                """
                 The farthest lies at a prediction of \(fixed($0.predicted, 2)), where \(fixed($0.actual, 2)) were \
                given.
                """
            } ?? ""
        return Figure(
            id: "calibration",
            title: "Calibration",
            text: """
                Pairs sorted by prediction, in \(bins.count) \(bins.count == 1 ? "bin" : "bins") of about the same \
                size. \
                On the line, ratings are in the mean what was predicted.\(distance)
                """,
            key: [("ours dot", "a bin, with two standard errors"), ("other line", "as predicted")],
            drawing: "\(plot.frame())\(diagonal)\(dots)",
            numbers: FigureTable(
                columns: ["bin", "pairs", "mean prediction", "mean rating", "standard error"],
                rows: bins.enumerated().map { index, bin in
                    ["\(index + 1)", grouped(bin.count)]
                        + [bin.predicted, bin.actual, bin.standardError].map { fixed($0, 4) }
                }
            )
        )
    }
}
