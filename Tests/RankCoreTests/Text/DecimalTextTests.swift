import RankCore
import Testing

@Suite struct DecimalTextTests {
    @Test(arguments: [
        (0.26564, 4, "0.2656"), (1, 4, "1.0000"), (-0.5, 0, "-1"), (0.00001, 4, "0.0000"), (-0.00001, 4, "0.0000"),
        (1234.5, 1, "1234.5"), (0.99999, 4, "1.0000"), (.nan, 2, "nan"), (-.infinity, 2, "-inf"), (1e300, 2, "1e+300"),
        (12, 0, "12"),
    ])
    func fixedDecimals(_ value: Double, _ places: Int, _ text: String) {
        #expect(fixed(value, places) == text)
    }

    @Test(arguments: [(0, "0"), (999, "999"), (1_000, "1,000"), (-1_234_567, "-1,234,567")])
    func groupedDigits(_ count: Int, _ text: String) {
        #expect(grouped(count) == text)
    }
}
