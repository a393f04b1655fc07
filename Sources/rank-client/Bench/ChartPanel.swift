import CommandSupport
import RankCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A line of a chart.
struct ChartLine {
    var name: String
    var points: [(x: Double, y: Double)]
    /// Its colour; nil = by its place.
    var style: Int?
}

/// One diagram: axes, a legend, lines.
struct ChartPanel {
    static let width = 760
    static let height = 360

    var title: String
    var xTicks: [(value: Double, name: String)]
    var xRange: ClosedRange<Double>
    var yName: String
    var isLogarithmic: Bool
    var lines: [ChartLine]

    private var left: Double { 80 }
    private var right: Double { Double(Self.width) - 24 }
    private var upper: Double { 76 }
    private var lower: Double { Double(Self.height) - 44 }

    /// The values at the ends of the vertical axis.
    private var yRange: (Double, Double) {
        let values = lines.flatMap { $0.points.map(\.y) }.filter { $0 > 0 }
        let (low, high) = (values.min() ?? 1, values.max() ?? 1)
        guard isLogarithmic else { return (0, high * 1.08) }
        let top = pow(10, log10(high).rounded(.up))
        return (max(1, min(pow(10, log10(low).rounded(.down)), top / 10)), max(10, top))
    }

    private var yTicks: [Double] {
        let (low, high) = yRange
        if isLogarithmic {
            return Array(sequence(first: low) { $0 * 10 < high * 1.5 ? $0 * 10 : nil })
        }
        let rough = high / 5
        let magnitude = pow(10, log10(rough).rounded(.down))
        let step = [1, 2, 5, 10].map { $0 * magnitude }.first { $0 >= rough } ?? rough
        return Array(sequence(first: 0.0) { $0 + step <= high ? $0 + step : nil })
    }

    /// The shapes, from a height on.
    func svg(top: Int) -> String {
        var text = "<g transform=\"translate(0 \(top))\">\n"
        text += "<text x=\"\(left)\" y=\"26\" font-size=\"15\" font-weight=\"600\">\(title)</text>\n"
        for value in yTicks {
            let height = place(y: value)
            text += "<line class=\"grid\" x1=\"\(left)\" x2=\"\(right)\" y1=\"\(height)\" y2=\"\(height)\"/>\n"
            text += "<text x=\"\(left - 8)\" y=\"\(height + 4)\" text-anchor=\"end\">\(label(value))</text>\n"
        }
        for tick in xTicks {
            let x = place(x: tick.value)
            text += "<line class=\"grid\" x1=\"\(x)\" x2=\"\(x)\" y1=\"\(upper)\" y2=\"\(lower)\"/>\n"
            text += "<text x=\"\(x)\" y=\"\(lower + 20)\" text-anchor=\"middle\">\(tick.name)</text>\n"
        }
        text += "<text x=\"\(left - 8)\" y=\"\(upper - 14)\" text-anchor=\"end\">\(yName)</text>\n"
        text += "<line class=\"axis\" x1=\"\(left)\" x2=\"\(right)\" y1=\"\(lower)\" y2=\"\(lower)\"/>\n"
        var legend = left
        for (index, line) in lines.enumerated() {
            let style = line.style ?? index
            let points = line.points.filter { !isLogarithmic || $0.y > 0 }
                .map { "\(place(x: $0.x)),\(place(y: $0.y))" }.joined(separator: " ")
            text += "<polyline class=\"c\(style)\" stroke-width=\"2\" points=\"\(points)\"/>\n"
            text +=
                "<line class=\"c\(style)\" stroke-width=\"3\" x1=\"\(legend)\" x2=\"\(legend + 20)\" y1=\"44\" y2=\"44\"/>\n"
            text += "<text x=\"\(legend + 26)\" y=\"48\">\(line.name)</text>\n"
            legend += 50 + 7.2 * Double(line.name.count)
        }
        return text + "</g>\n"
    }

    private func place(x: Double) -> Double {
        rounded(left + (x - xRange.lowerBound) / (xRange.upperBound - xRange.lowerBound) * (right - left))
    }

    private func place(y: Double) -> Double {
        let (low, high) = yRange
        let share = isLogarithmic ? log(max(y, low) / low) / log(high / low) : y / max(high, 1e-9)
        return rounded(lower - share * (lower - upper))
    }

    private func rounded(_ value: Double) -> Double { (value * 10).rounded() / 10 }

    private func label(_ value: Double) -> String {
        value >= 1 || value == 0 ? grouped(Int(min(value, 1e15))) : "\(value)"
    }
}
