import RankCharts
import Testing

@Suite struct AxisTests {
    @Test(
        arguments: [
            ([0.7, 0.996], ["0.7", "0.8", "0.9", "1.0"]),
            ([1.06, 1.165], ["1.050", "1.075", "1.100", "1.125", "1.150", "1.175"]),
            ([0, 6_800], ["0", "2,000", "4,000", "6,000", "8,000"]), ([3, 3], ["3.0", "3.5"]),
            ([], ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
            ([-1.2, 1], ["-1.5", "-1.0", "-0.5", "0.0", "0.5", "1.0"]),
            ([.nan, .infinity, 1, 2], ["1.0", "1.2", "1.4", "1.6", "1.8", "2.0"]),
        ] as [([Double], [String])]
    )
    func marksAreRound(_ values: [Double], _ expected: [String]) {
        let axis = Axis(covering: values)
        #expect(axis.ticks.map(axis.label) == expected)
        #expect(axis.lower < axis.upper)
        for value in values where value.isFinite { #expect((axis.lower - 1e-9...axis.upper + 1e-9).contains(value)) }
    }

    @Test func aTightScaleEndsWithItsValues() {
        let axis = Axis(covering: [1, 330], endsWithMarks: false)
        #expect(axis.lower == 1 && axis.upper == 330 && axis.ticks == [100, 200, 300])
        #expect(
            axis.share(of: 1) == 0 && axis.share(of: 330) == 1 && axis.share(of: -5) == 0 && axis.share(of: 1e9) == 1
        )
        // A flat curve has no tight scale.
        #expect(Axis(covering: [1, 1], endsWithMarks: false).upper > 1)
    }

    @Test(
        arguments: [
            ([2, 4_300], ["1", "10", "100", "1,000", "10,000"]), ([20, 40], ["10", "100"]), ([], ["1", "10"]),
            ([0, -5, 0.2], ["1", "10"]), ([1_000, 1_000], ["100", "1,000"]),
        ] as [([Double], [String])]
    )
    func decadesCoverPositiveValues(_ values: [Double], _ expected: [String]) {
        let axis = Axis(decadesCovering: values)
        #expect(axis.ticks.map(axis.label) == expected)
        #expect(axis.share(of: axis.lower) == 0 && axis.share(of: axis.upper) == 1)
        #expect(axis.share(of: 0) == 0 && axis.share(of: 1e300) == 1)
        #expect((axis.share(of: (axis.lower * axis.upper).squareRoot()) - 0.5).magnitude < 1e-12)
    }

    @Test func marksMayHaveNames() {
        let axis = Axis(0...2, marks: [(0, "min"), (1, "p90"), (2, "p99")])
        #expect(axis.ticks.map(axis.label) == ["min", "p90", "p99"])
        #expect(axis.share(of: 1) == 0.5)
    }
}
