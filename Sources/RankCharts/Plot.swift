/// The area of a drawing between two axes, with its grid and their names.
package struct Plot {
    /// The horizontal axis.
    package let x: Axis
    /// The vertical axis.
    package let y: Axis
    /// The name of the horizontal axis.
    package let xName: String
    /// The name of the vertical axis.
    package let yName: String
    /// The size of the drawing and its margins.
    package let layout: PlotLayout

    /// A plot.
    package init(x: Axis, y: Axis, xName: String, yName: String, layout: PlotLayout = .card) {
        self.x = x
        self.y = y
        self.xName = xName
        self.yName = yName
        self.layout = layout
    }

    /// The horizontal place of a value.
    package func across(_ value: Double) -> Double { layout.left + x.share(of: value) * (layout.right - layout.left) }

    /// The vertical place of a value.
    package func up(_ value: Double) -> Double { layout.bottom - y.share(of: value) * (layout.bottom - layout.top) }

    /// The grid and the names of the axes; the marks of the horizontal axis are labelled, or left to the caller.
    package func frame(labelsAcross: Bool = true) -> Markup {
        let (left, right, top, bottom) = (layout.left, layout.right, layout.top, layout.bottom)
        var markup: Markup = ""
        for tick in y.ticks {
            let height = up(tick)
            markup += """
                <line class="grid" x1="\(left)" x2="\(right)" y1="\(height)" y2="\(height)"/>\
                <text class="mark" x="\(left - 8)" y="\(height + 4)" text-anchor="end">\(y.label(tick))</text>
                """
        }
        if labelsAcross {
            for tick in x.ticks {
                let place = across(tick)
                let start = layout.hasVerticalLines ? top : bottom
                markup += """
                    <line class="grid" x1="\(place)" x2="\(place)" y1="\(start)" y2="\(bottom + 5)"/>\
                    <text class="mark" x="\(place)" y="\(bottom + 19)" text-anchor="middle">\(x.label(tick))</text>
                    """
            }
        }
        markup += """
            <line class="axis" x1="\(left)" x2="\(right)" y1="\(bottom)" y2="\(bottom)"/>\
            <text class="name" x="\(left - 40)" y="\(Int(top) - 12)">\(yName)</text>\
            <text class="name" x="\(right)" y="\(layout.height - 6)" text-anchor="end">\(xName)</text>
            """
        return markup
    }

    /// A line of a class through points, values across and upwards; a single one is drawn as a dot.
    package func line(_ points: [(Double, Double)], style: String) -> Markup {
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
