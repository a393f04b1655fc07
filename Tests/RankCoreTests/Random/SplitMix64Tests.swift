import RankCore
import Testing

@Suite struct SplitMix64Tests {
    /// The outputs for a state of 1234567, as published with the generator.
    static let published: [UInt64] = [
        6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423, 4_593_380_528_125_082_431,
        16_408_922_859_458_223_821,
    ]

    @Test func sequenceIsAsPublished() {
        var random = SplitMix64(seed: 1_234_567)
        #expect(Self.published.map { _ in random.next() } == Self.published)
    }

    @Test func numbersAtPlacesAreThoseOfTheSequence() {
        #expect((0..<5).map { SplitMix64.number(at: $0, ofSeed: 1_234_567) } == Self.published)
    }
}
