import CommandSupport
import RankCore

/// Bars to the right from zero, one under the other, each with its number.
struct Bars {
    /// One of them.
    struct Bar {
        /// Its name, on the left.
        let name: String
        /// How long it is.
        let value: Double
        /// Where a mark is drawn across it, for comparison.
        var mark: Double?
        /// What is said beside its number.
        var note = ""
        /// Whether it is the one to look at.
        var isOurs = true
    }

    /// The bars, from above.
    let bars: [Bar]
    /// Units of the drawing for the names.
    let nameWidth: Double
    /// Decimals of the numbers.
    let places: Int

    private static let step = 32.0

    /// Units of the drawing down.
    var height: Double { Self.step * Double(bars.count) + 8 }

    /// The drawing.
    var drawing: Markup {
        let longest = max(bars.reduce(0) { max($0, $1.value, $1.mark ?? 0) }, 1e-9)
        // Behind the longest bar there is room for its number and note.
        let room = bars.contains { !$0.note.isEmpty } ? 124.0 : 62.0
        let unit = (Plot.width - nameWidth - room) / longest
        var markup: Markup = ""
        for (index, bar) in bars.enumerated() {
            let top = Self.step * Double(index) + 6
            let width = max(bar.value * unit, 1)
            let end = nameWidth + max(width, (bar.mark ?? 0) * unit)
            markup += """
                <text class="label" x="\(nameWidth - 8)" y="\(top + 15)" text-anchor="end">\(bar.name)</text>\
                <rect class="\(bar.isOurs ? "ours" : "other") fill" x="\(nameWidth)" y="\(top)" \
                width="\(width)" height="20" rx="2"/>\
                <text class="label" x="\(end + 7)" y="\(top + 15)">\(fixed(bar.value, places))\
                <tspan class="soft" dx="6">\(bar.note)</tspan></text>
                """
            if let mark = bar.mark {
                let place = nameWidth + mark * unit
                markup += """
                    <line class="other tick" x1="\(place)" x2="\(place)" y1="\(top - 4)" y2="\(top + 24)"/>
                    """
            }
        }
        return markup
    }
}
