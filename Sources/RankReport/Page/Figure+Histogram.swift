import RankCharts
import RankCore

extension Figure {
    /// Ratings and predictions by stars.
    static func histogram(_ histogram: RatingHistogram, unit: String) -> Figure {
        let bins = histogram.bins
        let stars = bins.map(\.stars)
        let half = histogram.step / 2
        let places = histogram.step < 1 ? 1 : 0
        let plot = Plot(
            x: Axis(covering: stars + [(stars.first ?? 0) - half, (stars.last ?? 0) + half], endsWithMarks: false),
            y: Axis(covering: [0] + bins.flatMap { [Double($0.actual), Double($0.predicted)] }),
            xName: "\(unit), to the nearest bar",
            yName: "pairs"
        )
        let width = (plot.across((stars.first ?? 0) + half) - plot.across(stars.first ?? 0)) * 0.8
        let bars = bins.map { bin -> Markup in
            let place = plot.across(bin.stars)
            return """
                \(column(bin.actual, style: "other", at: place - width, width, plot))\
                \(column(bin.predicted, style: "ours", at: place, width, plot))\
                <text class="mark" x="\(place)" y="\(plot.up(0) + 19)" \
                text-anchor="middle">\(fixed(bin.stars, places))</text>
                """
        }
        let outside: Markup =
            histogram.below + histogram.above > 0
            ? """
             \(grouped(histogram.below)) predictions below the scale and \(grouped(histogram.above)) above it are in \
            the outermost bars.
            """ : ""
        return Figure(
            id: "histogram",
            title: "Ratings and predictions",
            text: "How often each rating was given, and how often about as much was predicted.\(outside)",
            key: [("other fill", "ratings"), ("ours fill", "predictions")],
            drawing: "\(plot.frame(labelsAcross: false))\(bars)",
            numbers: FigureTable(
                columns: [unit, "ratings", "predictions"],
                rows: bins.map { [fixed($0.stars, places), grouped($0.actual), grouped($0.predicted)] }
            )
        )
    }

    private static func column(_ count: Int, style: String, at place: Double, _ width: Double, _ plot: Plot) -> Markup {
        let top = plot.up(Double(count))
        return """
            <rect class="\(style) fill" x="\(place)" y="\(top)" width="\(width)" height="\(plot.up(0) - top)"/>
            """
    }
}
