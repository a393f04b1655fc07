import RankReport
import Testing

@Suite struct MarkupTests {
    @Test(arguments: [
        ("Tom & Jerry", "Tom &amp; Jerry"), ("<script>", "&lt;script&gt;"), ("\"x\" 'y'", "&quot;x&quot; &#39;y&#39;"),
        ("a\u{0}b\u{1B}[2J\n", "a\u{FFFD}b\u{FFFD}[2J\u{FFFD}"), ("\u{FFFE}\u{FFFF}", "\u{FFFD}\u{FFFD}"),
        ("Amélie 天", "Amélie 天"), ("&amp;", "&amp;amp;"),
    ])
    func valuesAreEscaped(_ value: String, _ expected: String) {
        let markup: Markup = "<b title=\"\(value)\">\(value)</b>"
        #expect(markup.text == "<b title=\"\(expected)\">\(expected)</b>")
    }

    @Test func markupIsNotEscapedTwice() {
        let inner = ["<", "&"].map { value -> Markup in "<i>\(value)</i>" }
        let outer: Markup = "<p>\(inner)\(inner[0])</p>"
        #expect(outer.text == "<p><i>&lt;</i><i>&amp;</i><i>&lt;</i></p>")
    }

    @Test func longTextsAreCutOff() {
        let long = String(repeating: "x", count: 10_000)
        let markup: Markup = "\(long)"
        #expect(markup.text == String(repeating: "x", count: 200) + " …")
    }

    @Test func numbersOfADrawingHaveOneDecimal() {
        let markup: Markup = "\(1.25) \(-0.01) \(12)"
        #expect(markup.text == "1.3 0.0 12")
    }
}

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
}
