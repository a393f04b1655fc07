import RankCore

/// Bars to the right from zero, one under the other, each with its number.
package struct Bars {
    /// A bar, its name and its number.
    package struct Bar: Sendable {
        /// The name, to the left of the bar.
        let name: String
        /// The length.
        let value: Double
        /// The value of a mark across the bar, for comparison.
        let mark: Double?
        /// A remark beside the number.
        let note: String
        /// Whether the bar is of the subject of the drawing and not of what it is compared with.
        let isOurs: Bool

        /// A bar.
        package init(name: String, value: Double, mark: Double? = nil, note: String = "", isOurs: Bool = true) {
            self.name = name
            self.value = value
            self.mark = mark
            self.note = note
            self.isOurs = isOurs
        }
    }

    /// The bars, from the top.
    package let bars: [Bar]
    /// The width of the names (units of the drawing).
    package let nameWidth: Double
    /// The decimals of the numbers.
    package let places: Int

    /// Bars under each other.
    package init(bars: [Bar], nameWidth: Double, places: Int) {
        self.bars = bars
        self.nameWidth = nameWidth
        self.places = places
    }

    private static let step = 32.0

    /// The height of the drawing (units of the drawing).
    package var height: Double { Self.step * Double(bars.count) + 8 }

    /// The drawing.
    package var drawing: Markup {
        let longest = max(bars.reduce(0) { max($0, $1.value, $1.mark ?? 0) }, 1e-9)
        // Behind the longest bar there is room for its number and note.
        let room = bars.contains { !$0.note.isEmpty } ? 124.0 : 62.0
        let unit = (PlotLayout.card.width - nameWidth - room) / longest
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
