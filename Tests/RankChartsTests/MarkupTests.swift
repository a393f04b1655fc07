import RankCharts
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
