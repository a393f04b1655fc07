/// The area of a drawing between two scales, with its grid and their names.
struct Plot {
    /// Units of the drawing across.
    static let width = 460.0
    /// Units of the drawing down.
    static let height = 290.0

    /// The scale across.
    let x: Axis
    /// The scale upwards.
    let y: Axis
    /// What it measures.
    let xName: String
    /// What it measures.
    let yName: String

    private static let left = 52.0
    private static let right = Plot.width - 14
    private static let top = 26.0
    private static let bottom = Plot.height - 44

    /// Where a value lies across.
    func across(_ value: Double) -> Double { Self.left + x.share(of: value) * (Self.right - Self.left) }

    /// Where a value lies upwards.
    func up(_ value: Double) -> Double { Self.bottom - y.share(of: value) * (Self.bottom - Self.top) }

    /// The grid and the names of the scales; the marks across have numbers, or are left to the caller.
    func frame(labelsAcross: Bool = true) -> Markup {
        var markup: Markup = ""
        for tick in y.ticks {
            let height = up(tick)
            markup += """
                <line class="grid" x1="\(Self.left)" x2="\(Self.right)" y1="\(height)" y2="\(height)"/>\
                <text class="mark" x="\(Self.left - 8)" y="\(height + 4)" text-anchor="end">\(y.label(tick))</text>
                """
        }
        if labelsAcross {
            for tick in x.ticks {
                let place = across(tick)
                markup += """
                    <line class="grid" x1="\(place)" x2="\(place)" y1="\(Self.bottom)" y2="\(Self.bottom + 5)"/>\
                    <text class="mark" x="\(place)" y="\(Self.bottom + 19)" text-anchor="middle">\(x.label(tick))</text>
                    """
            }
        }
        markup += """
            <line class="axis" x1="\(Self.left)" x2="\(Self.right)" y1="\(Self.bottom)" y2="\(Self.bottom)"/>\
            <text class="name" x="\(Self.left - 40)" y="14">\(yName)</text>\
            <text class="name" x="\(Self.right)" y="\(Self.height - 6)" text-anchor="end">\(xName)</text>
            """
        return markup
    }

    /// A line of a class through points, values across and upwards; a single one is drawn as a dot.
    func line(_ points: [(Double, Double)], style: String) -> Markup {
        guard points.count != 1 else {
            return """
                <circle class="\(style) dot" cx="\(across(points[0].0))" cy="\(up(points[0].1))" r="4"/>
                """
        }
        let places = points.map { point -> Markup in "\(across(point.0)),\(up(point.1)) " }
        return """
            <polyline class="\(style) line" points="\(places)"/>
            """
    }
}
