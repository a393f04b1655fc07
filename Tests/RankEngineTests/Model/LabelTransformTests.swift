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

    @Test(
        arguments: [
            (LabelTransform.unitFromStars, [-0.2, 0, 0.5, 1, 1.3], [1, 1, 3, 5, 5]),
            (LabelTransform(minimum: -10, width: 20) ?? .none, [-0.1, 0.25, 2], [-10, -5, 10]),
            (.identity, [-3, 7], [-3, 7]), (.none, [-3, 7], [-3, 7]),
        ] as [(LabelTransform, [Float], [Float])]
    )
    func aRatingThatIsShownIsOneOfTheScaleAScoreThatIsNoneStaysWhatItIs(
        _ transform: LabelTransform,
        _ scores: [Float],
        _ ratings: [Float]
    ) {
        #expect(scores.map(transform.shownRating) == ratings)
        #expect(transform.rating(of: 2) == transform.minimum + 2 * transform.width)
    }
}
