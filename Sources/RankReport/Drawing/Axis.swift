import CommandSupport
import RankCore

/// A scale with round marks.
package struct Axis: Equatable {
    /// The first value.
    package let lower: Double
    /// The last; above the first.
    package let upper: Double
    /// Round values between the two, ascending.
    package let ticks: [Double]
    private let places: Int

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

    /// Where a value lies: 0 for the first, 1 for the last, and never beyond.
    package func share(of value: Double) -> Double {
        min(max((value - lower) / (upper - lower), 0), 1)
    }

    /// A mark as text.
    package func label(_ tick: Double) -> String {
        places == 0 ? grouped(Int(tick.rounded())) : fixed(tick, places)
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
