import RankData
import TestSupport
import Testing

@Suite("RatingList")
struct RatingListTests {
    private static func parse(
        _ text: String,
        idsAreTexts: Bool = false,
        range: ClosedRange<Float>? = 1...5
    ) throws -> RatingList {
        try RatingList(parsing: Array(text.utf8), source: "in", idsAreTexts: idsAreTexts, range: range)
    }

    @Test(arguments: [
        "1,2,3\n4,5,4.5\n", "user_id,item_id,rating\n1,2,3\n4,5,4.5", "01,2,3\n4,005,4.5\n",
        "\u{FEFF}userId,movieId,rating,timestamp\r\n\r\n1,2,3,881250949\r\n 4 , 5 , 4.5 , 9.7 \r\n",
    ]
    )
    func readsRatingsWithAndWithoutHeaderAndTimestamps(_ text: String) throws {
        let ratings = try Self.parse(text).ratings
        #expect(ratings.map(\.user) == ["1", "4"] && ratings.map(\.item) == ["2", "5"])
        #expect(ratings.map(\.value) == [3, 4.5])
        let end = text.hasPrefix("\u{FEFF}") ? 4 : text.hasPrefix("user") ? 3 : 2
        #expect(ratings.last?.line == end)
    }

    @Test
    func textsAreIdsWhereTheModelHasTexts() throws {
        let ratings = try Self.parse("ann,\"a,\"\"b\"\"\",5\n007,7,1\n", idsAreTexts: true).ratings
        #expect(ratings.map(\.user) == ["ann", "007"] && ratings.map(\.item) == ["a,\"b\"", "7"])
        // One letter, and a letter with an accent behind it: equal strings, and two ids.
        #expect(try Self.parse("caf\u{E9},x,3\ncafe\u{301},x,1\n", idsAreTexts: true).count == 2)
        expectDataError(.malformed, ["in:1:", "user id", "not UTF-8"]) {
            _ = try RatingList(parsing: [0x61, 0xFF] + Array(",x,3".utf8), source: "in", idsAreTexts: true, range: nil)
        }
        #expect(try Self.parse("1,1,-70.5\n", range: nil).ratings.map(\.value) == [-70.5])
    }

    static let bad: [BadFile] = [
        BadFile("empty", "", ["no ratings"]),
        BadFile("header only", "user,item,rating\n", ["no ratings"]),
        BadFile("two columns", "1,2,3\n1,3\n", ["in:2:", "2 columns", "user,item,rating"]),
        BadFile("five columns", "1,2,3,4,5\n", ["in:1:", "5 columns"]),
        BadFile("header in the middle", "1,2,3\nuser,item,rating\n", ["in:2:", "user id", "'user'"]),
        BadFile("text id", "1,x,3\n", ["in:1:", "item id", "'x'"]),
        BadFile("negative id", "-1,2,3\n", ["in:1:", "user id", "'-1'"]),
        BadFile("beyond 64 bits", "1,18446744073709551616,3\n", ["in:1:", "item id", "64 bits"]),
        BadFile("no rating", "1,2,\n", ["in:1:", "rating ''", "1 to 5"]),
        BadFile("rating is no number", "1,2,nan\n", ["in:1:", "rating 'nan'"]),
        BadFile("rating out of range", "1,2,5.5\n", ["in:1:", "'5.5'", "out of range", "1 to 5"]),
        BadFile("bad timestamp", "1,2,3,noon\n", ["in:1:", "timestamp", "'noon'"]),
        BadFile("open quote", "1,\"2,3\n", ["in:1:", "quote"]),
        BadFile("pair twice", "1,2,3\n3,2,3\n01,2,4\n", ["in:3:", "user 1", "item 2", "line 1"]),
    ]

    @Test(arguments: bad)
    func namesLineAndFault(_ bad: BadFile) {
        expectDataError(bad.code, ["in"] + bad.fragments) { _ = try Self.parse(bad.text) }
    }

    @Test
    func idsAsTextsAreNotEmptyAndRatingsWithoutARangeAreFinite() {
        expectDataError(.malformed, ["in:1:", "user id", "empty"]) { _ = try Self.parse(",a,3\n", idsAreTexts: true) }
        expectDataError(.malformed, ["in:1:", "1e39", "finite"]) { _ = try Self.parse("1,1,1e39\n", range: nil) }
    }

    @Test
    func theContentHashSeesIdsAndRatingsAndNoOrder() throws {
        func bytes(_ text: String) throws -> [UInt8] {
            var bytes: [UInt8] = []
            try Self.parse(text, idsAreTexts: true).forEachCanonicalChunk { bytes += $0 }
            return bytes
        }
        let one = try bytes("1,2,3\n10,2,4\n")
        #expect(try bytes("user,item,rating\n10,2,4\n1,2,3\n") == one)
        for other in ["1,2,3\n10,2,5\n", "1,12,3\n0,2,4\n", "1,2,3\n10,2,4\n1,3,3\n"] {
            #expect(try bytes(other) != one)
        }
        // "rank-rating-list-v1\n", the count, twice two texts with their lengths, and two ratings.
        #expect(one.count == 20 + 8 + (8 + 1 + 8 + 1 + 4) + (8 + 2 + 8 + 1 + 4))
    }
}
