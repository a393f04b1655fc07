import RankCharts
import RankSystem

/// A line of a panel.
struct ChartLine {
    /// The name in the key.
    var name: String
    /// Values across and upwards.
    var points: [(x: Double, y: Double)]
    /// The number of its colour; nil for the line's place among the others.
    var style: Int?
}

/// One diagram of a chart: a title, a key and a plot of lines.
struct ChartPanel {
    /// The size of a panel (units of the drawing).
    static let layout = PlotLayout.wide

    let title: String
    let plot: Plot
    let lines: [ChartLine]

    /// The shapes of the panel.
    ///
    /// - Parameter top: The distance from the top of the chart (units of the drawing).
    /// - Returns: An element.
    func markup(top: Double) -> Markup {
        let left = plot.across(plot.x.lower)
        var markup: Markup = """
            <g transform="translate(0 \(top))">
            <text x="\(left)" y="26" font-size="15" font-weight="600">\(title)</text>
            \(plot.frame())

            """
        var start = left
        for (index, line) in lines.enumerated() {
            let style = "c\(line.style ?? index)"
            markup += """
                \(plot.line(line.points.map { ($0.x, $0.y) }, style: style))
                <line class="\(style) key" x1="\(start)" x2="\(start + 20)" y1="44" y2="44"/>
                <text x="\(start + 26)" y="48">\(line.name)</text>

                """
            start += 50 + 7.2 * Double(line.name.count)
        }
        markup += "</g>\n"
        return markup
    }
}
