import RankCore
import RankSystem

/// An axis with marks: linear with round ones, logarithmic with powers of ten, or with marks that have names.
package struct Axis: Equatable {
    /// The first value.
    package let lower: Double
    /// The last value, above the first.
    package let upper: Double
    /// The marks between the two, ascending.
    package let ticks: [Double]
    private var places = 0
    private var isLogarithmic = false
    /// The names of the marks, where they are not numbers.
    private var names: [String]?

    /// The shortest scale that covers some values, or the shortest of those that begin and end with a mark.
    ///
    /// - Parameters:
    ///   - values: What to cover; those that are not finite are passed over.
    ///   - intervals: About how many stretches between marks.
    ///   - endsWithMarks: Whether it begins and ends with one.
    package init(covering values: [Double], intervals: Int = 5, endsWithMarks: Bool = true) {
        let finite = values.filter { $0.isFinite && $0.magnitude < 1e12 }
        let low = finite.min() ?? 0
        let high = finite.max() ?? 1
        let span = high - low
        // A flat line lies in the middle of a scale that shows it.
        let step = Self.roundStep(span > 1e-9 ? span / Double(intervals) : max(low.magnitude, 1) / 10)
        // A mark that rounding puts beside a value is at it.
        let first = (low / step.size + 1e-9).rounded(.down)
        let last = max((high / step.size - 1e-9).rounded(.up), first + 1)
        let isTight = !endsWithMarks && span > 1e-9
        lower = isTight ? low : first * step.size
        upper = isTight ? high : last * step.size
        let marks = (0...Int(last - first)).map { (first + Double($0)) * step.size }
        ticks = isTight ? marks.filter { (low...high).contains($0) } : marks
        places = step.places
    }

    /// The shortest logarithmic axis from one power of ten to another that covers some values; it begins at 1 or above.
    ///
    /// - Parameter values: The values to cover; those that are not positive are passed over.
    package init(decadesCovering values: [Double]) {
        let positive = values.filter { $0 > 0 && $0 < 1e15 }
        let top = Mathematics.power(10, Mathematics.log10(positive.max() ?? 1).rounded(.up))
        let bottom = max(1, min(Mathematics.power(10, Mathematics.log10(positive.min() ?? 1).rounded(.down)), top / 10))
        lower = bottom
        upper = max(top, 10 * bottom)
        let end = upper
        ticks = Array(sequence(first: bottom) { $0 * 10 < end * 1.5 ? $0 * 10 : nil })
        isLogarithmic = true
    }

    /// A linear axis whose marks have names.
    ///
    /// - Parameters:
    ///   - range: The first and the last value, which differ.
    ///   - marks: The marks, ascending.
    package init(_ range: ClosedRange<Double>, marks: [(value: Double, name: String)]) {
        lower = range.lowerBound
        upper = range.upperBound
        ticks = marks.map(\.value)
        names = marks.map(\.name)
    }

    /// The place of a value on the axis: 0 at its begin, 1 at its end, and never beyond.
    package func share(of value: Double) -> Double {
        guard isLogarithmic else { return min(max((value - lower) / (upper - lower), 0), 1) }
        return min(max(Mathematics.log(max(value, lower) / lower) / Mathematics.log(upper / lower), 0), 1)
    }

    /// The text of a mark.
    package func label(_ tick: Double) -> String {
        if let names, let place = ticks.firstIndex(of: tick) { return names[place] }
        return places == 0 ? grouped(Int(tick.rounded())) : fixed(tick, places)
    }

    /// The first of 1, 2, 2.5 and 5 times a power of ten that is no less, and its decimals.
    private static func roundStep(_ least: Double) -> (size: Double, places: Int) {
        var power = 1.0
        var decimals = 0
        while power > least {
            power /= 10
            decimals += 1
        }
        while power * 10 <= least {
            power *= 10
            decimals -= 1
        }
        let factor = [1, 2, 2.5, 5].first { $0 * power >= least } ?? 10
        let places = factor == 2.5 ? decimals + 1 : factor == 10 ? decimals - 1 : decimals
        return (factor * power, max(0, places))
    }
}
