import Foundation
import RankData
import RankTraining
import TestSupport
import Testing

/// What is one number for each user or item.
@Suite struct FeatureNumbersTests {
    private static let penalty = FactorizationOptions.Penalty(factor: 3, linear: 2)

    /// Numbers by their definition: less their mean, over the root of the mean square of that.
    private static func standardized(_ numbers: [Double]) -> [Double] {
        let mean = numbers.reduce(0, +) / Double(numbers.count)
        let differences = numbers.map { $0 - mean }
        let variance = differences.map { $0 * $0 }.reduce(0, +) / Double(numbers.count)
        return differences.map { $0 / variance.squareRoot() }
    }

    private static func equal(_ one: [Double], _ other: [Double]) -> Bool {
        one.count == other.count && zip(one, other).allSatisfy { abs($0 - $1) < 1e-12 }
    }

    @Test func aNumberOfRatingsIsItsLogarithmAmongThoseWithRatings() {
        // Entities 1, 2 and 4 have 1, 4 and 2 ratings.
        let groups = RatingGroups([1, 2, 2, 2, 2, 4, 4], partners: [1, 1, 2, 3, 3, 1, 2], count: 6)
        let block = FeatureBlock.ratingCount(of: groups, penalty: Self.penalty)
        #expect(block.isOfRatings && block.penalty == Self.penalty)
        // The logarithm of 2 is the mean, which is 0 and no value.
        #expect(block.columnCount == 1 && Set(block.entities).isSuperset(of: [1, 2]))
        let expected = Self.standardized([1, 4, 2].map { log($0) })
        #expect(Self.equal(block.scales, [0, expected[0], expected[1], 0, expected[2], 0]))
    }

    /// Nobody, one, and some of whom one is like the other.
    @Test(arguments: [[], [1], [1, 2, 4], [1, 1, 1, 2, 2, 2, 4, 4, 4]] as [[Int32]])
    func equalNumbersOfRatingsAreNoFeature(_ entities: [Int32]) {
        let groups = RatingGroups(entities, partners: entities.indices.map { Int32($0) }, count: 6)
        let block = FeatureBlock.ratingCount(of: groups, penalty: Self.penalty)
        #expect(block.columnCount == 0 && block.scales == [0, 0, 0, 0, 0, 0])
    }

    /// The blocks of items 1 to 6 with these values of a column, of which all but 5 have a rating.
    private static func blocks(_ column: String, _ values: [String]) throws -> [FeatureBlock] {
        let directory = try TemporaryDirectory()
        let ratings = [1, 2, 3, 4, 6].map { "1\t\($0)\t3\n" }.joined()
        let lines = zip(1..., values).map { "\($0)\tFilm\t\($1)\t\($0)\n" }.joined()
        try directory.write("x.inter", "user_id:token\titem_id:token\trating:float\n" + ratings)
        try directory.write(
            "x.item",
            "item_id:token\tmovie_title:token_seq\t\(column)\tclass:token\n" + lines
        )
        let data = try DataSet.load(directory: directory.path)
        let set = try TrainingSet(data, split: SplitSpec.none.resolve(data.ratings), includesUnrated: true)
        let groups = RatingGroups(
            set.training.items,
            partners: set.training.users,
            count: set.items.rowCount
        )
        #expect(groups.entityCount == 7 && groups.isEmpty(5) && !groups.isEmpty(6))
        return FeatureBlock.numbers(of: data.itemAttributes, index: set.items, in: groups, penalty: penalty)
    }

    /// The year of an item without ratings does not count.
    @Test(arguments: ["2020", "1970", ""])
    func theYearIsANumberAmongThoseWithRatings(_ other: String) throws {
        let blocks = try Self.blocks("release_year:token", ["1990", "1970", "", "unknown", other, "1980"])
        #expect(blocks.count == 1)
        let expected = Self.standardized([1990, 1970, 1980])
        let block = try #require(blocks.first)
        #expect(block.isOfRatings && block.columnCount == 1)
        #expect(Self.equal(block.scales, [0, expected[0], expected[1], 0, 0, 0, expected[2]]))
    }

    @Test func whoHasSeveralNumbersHasTheirMean() throws {
        let blocks = try Self.blocks("age:token_seq", ["30 50", "20", "x 10 inf", "nan", "90", ""])
        let expected = Self.standardized([40, 20, 10])
        let block = try #require(blocks.first)
        #expect(block.entities == [1, 2, 3])
        #expect(Self.equal(block.scales, [0, expected[0], expected[1], expected[2], 0, 0, 0]))
    }

    /// Equal ones, none, and what cannot be squared.
    @Test(arguments: [
        ["90", "90", "90", "", "91", "90"], ["", "", "", "", "91", ""], ["90", "70", "1e300", "90", "91", "90"],
        ["1e308 1e308", "-1e308", "", "", "", ""], ["0", "1e-300", "", "", "", ""],
    ])
    func numbersThatSayNothingAreNoFeature(_ values: [String]) throws {
        let blocks = try Self.blocks("age:token_seq", values)
        #expect(blocks.count == 1 && blocks[0].columnCount == 0 && blocks[0].scales.allSatisfy { $0 == 0 })
    }

    @Test func aColumnOfNoNumbersIsNoNumber() throws {
        #expect(try Self.blocks("decade:token", ["90", "70", "90", "70", "90", "70"]).isEmpty)
    }
}
