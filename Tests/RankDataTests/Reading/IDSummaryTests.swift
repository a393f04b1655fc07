import RankData
import TestSupport
import Testing

@Suite("IDSummary")
struct IDSummaryTests {
    private func ratings(_ pairs: [(String, String)]) throws -> Ratings {
        let lines = pairs.enumerated().map { "\($1.0),\($1.1),\($0 % 5 + 1)\n" }.joined()
        return try DataSet.load(path: TemporaryDirectory().write("r.csv", lines)).ratings
    }

    @Test
    func numbersHaveARangeAndMayBeAllOfIt() throws {
        let ratings = try ratings([("1", "5"), ("2", "9"), ("3", "5")])
        let (users, items) = (ratings.userSummary, ratings.itemSummary)
        #expect(users.count == 3 && !users.areTexts && users.range == 1...3 && users.areContiguous)
        #expect(items.count == 2 && items.range == 5...9 && !items.areContiguous)
    }

    @Test
    func textsAreToldApartByWhatTheyLookLikeAndTwoSpellingsOfOneNumberAreFound() throws {
        let users = try ratings([
            ("1", "a"), ("1.0", "a"), ("2e3", "a"), ("007", "a"), ("7", "a"), ("-3", "a"), ("x", "a"),
            ("99999999999999999999", "a"),
        ]).userSummary
        #expect(users.areTexts && users.count == 8 && users.wholeNumbers == 2)
        #expect(users.floats.count == 2 && users.floats.twin == ["1.0", "1"])
        #expect(users.padded.count == 1 && users.padded.twin == ["007", "7"])
        #expect(users.signed.count == 1 && users.signed.example == "-3" && users.signed.twin == nil)
        #expect(users.others.count == 2)
        let items = try ratings([("u", "1"), ("v", "2")]).itemSummary
        #expect(items.areTexts && items.wholeNumbers == 2 && items.floats.count == 0)
    }
}

@Suite("RatedPairs")
struct RatedPairsTests {
    @Test(arguments: ["", "u"])
    func findsWhatAUserHasRatedByNumbersAndByTexts(_ prefix: String) throws {
        let lines = [(3, 9), (1, 7), (3, 2), (1, 9), (2, 2)].map { "\(prefix)\($0),\($1),\($0)\n" }.joined()
        let ratings = try DataSet.load(path: TemporaryDirectory().write("r.csv", lines)).ratings
        let pairs = RatedPairs(ratings)
        let user = try #require(pairs.user(ofText: prefix + "3"))
        #expect(pairs.items(ratedBy: user) == [2, 9].map { pairs.item(ofText: "\($0)") })
        let (two, seven) = (try #require(pairs.item(ofText: "2")), try #require(pairs.item(ofText: "7")))
        #expect(pairs.contains(user: user, item: two) && !pairs.contains(user: user, item: seven))
        #expect(pairs.user(ofText: "4") == nil && pairs.user(ofText: "") == nil && pairs.item(ofText: "x") == nil)
        let one = RatedPairs(ratings) { $0 == 0 }
        #expect(one.items(ratedBy: user).count == 1)
    }
}
