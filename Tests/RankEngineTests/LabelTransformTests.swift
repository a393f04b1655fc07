import RankEngine
import Testing

@Suite struct LabelTransformTests {
    @Test(
        arguments: [
            (1, 4, "(rating-1)/4"), (0.5, 4.5, "(rating-0.5)/4.5"), (0, 100, "(rating-0)/100"),
            (-10, 20, "(rating+10)/20"),
            (0, 1, "(rating-0)/1"),
        ] as [(Float, Float, String)]
    )
    func isWrittenAndRead(_ minimum: Float, _ width: Float, _ text: String) throws {
        let transform = try #require(LabelTransform(minimum: minimum, width: width))
        #expect(transform.rawValue == text)
        #expect(LabelTransform(rawValue: text) == transform)
        #expect(transform.label(of: Double(minimum)) == 0 && transform.rating(of: 1) == minimum + width)
    }

    @Test func starsAreOneOfThem() {
        #expect(LabelTransform(minimum: 1, width: 4) == .unitFromStars)
        #expect(LabelTransform(rawValue: "identity") == .identity)
        #expect(LabelTransform.identity != LabelTransform(minimum: 0, width: 1))
    }

    @Test(
        arguments: [
            "", "rating", "(rating-1)", "(rating-1)/0", "(rating-1)/-4", "(rating-1.0)/4", "(rating--1)/4",
            "(rating*1)/4",
            "(rating-nan)/4", "(rating-1)/inf", "(rating-1)/4)/4", "(rating-1)/4 ", "(rating",
        ]
    )
    func refusesOthers(_ text: String) {
        #expect(LabelTransform(rawValue: text) == nil)
    }
}
