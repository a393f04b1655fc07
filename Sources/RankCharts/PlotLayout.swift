/// The size of a plot and the margins around its area, in units of the drawing.
package struct PlotLayout: Sendable, Equatable {
    /// The width of the drawing.
    package let width: Double
    /// The height of the drawing.
    package let height: Double
    /// Whether the grid has lines at the marks of the horizontal axis, too.
    package let hasVerticalLines: Bool

    let left: Double
    let right: Double
    let top: Double
    let bottom: Double

    private init(_ width: Double, _ height: Double, margins: (Double, Double, Double, Double), hasVerticalLines: Bool) {
        self.width = width
        self.height = height
        left = margins.0
        right = width - margins.1
        top = margins.2
        bottom = height - margins.3
        self.hasVerticalLines = hasVerticalLines
    }

    /// A small plot, one of several on a page, whose title and key are text of the page.
    package static let card = PlotLayout(460, 290, margins: (52, 14, 26, 44), hasVerticalLines: false)

    /// A wide plot, with room for its title and key above the area.
    package static let wide = PlotLayout(760, 380, margins: (80, 24, 84, 56), hasVerticalLines: true)
}
