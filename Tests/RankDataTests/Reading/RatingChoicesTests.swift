import Foundation
import RankData
import TestSupport
import Testing

@Suite("Scales, duplicates and texts")
struct RatingChoicesTests {
    private static func load(_ text: String, _ options: DataOptions = DataOptions()) throws -> DataSet {
        try DataSet.load(path: TemporaryDirectory().write("x.csv", text), options)
    }

    @Test
    func theScaleOfACSVGoesFromTheLowestToTheHighestRatingUnlessItIsGiven() throws {
        let text = "1,1,-10\n1,2,0.25\n2,1,10\n"
        let found = try Self.load(text)
        #expect(found.ratings.scale == (try RatingScale(minimum: -10, maximum: 10)))
        #expect(found.reading?.scaleSource == "found in the ratings")
        let given = try Self.load(text, DataOptions(scale: RatingScale(minimum: -20, maximum: 20)))
        #expect(given.ratings.stars.map(given.ratings.scale.label) == [0.25, 0.50625, 0.75])
        #expect(given.reading?.scaleSource == "given")
        expectDataError(.malformed, ["x.csv:1:", "'-10' is out of range", "0 to 10"]) {
            _ = try Self.load(text, DataOptions(scale: RatingScale(minimum: 0, maximum: 10)))
        }
        #expect(try Self.load("1,1,3\n", DataOptions(scale: .stars)).ratings.count == 1)
    }

    @Test
    func aGivenScaleReplacesThatOfAForm() throws {
        let directory = try Samples.movieLens(data: "1\t242\t9\t0\n")
        let ten = try RatingScale(minimum: 1, maximum: 10)
        #expect(try DataSet.load(directory: directory.path, DataOptions(scale: ten)).ratings.stars == [9])
    }

    @Test(
        arguments: [("0.5,5", 0.5, 5), ("-10,10", -10, 10), ("0,100", 0, 100)] as [(String, Float, Float)]
    )
    func readsMINMAX(_ text: String, _ minimum: Float, _ maximum: Float) throws {
        let scale = try RatingScale(parsing: text)
        #expect(scale.minimum == minimum && scale.maximum == maximum)
        #expect(scale.label(of: minimum) == 0 && scale.label(of: maximum) == 1)
    }

    @Test(arguments: ["", "5", "5,1", "1,1", "a,b", "1,nan", "0,inf", "1,2,3", "-3e38,3e38"]
    )
    func refusesWhatIsNoScale(_ text: String) {
        expectDataError(.invalidArgument, ["scale"]) { _ = try RatingScale(parsing: text) }
    }

    @Test
    func linesAreCountedWithThoseThatRepeatAPair() throws {
        let directory = try Samples.movieLens(data: "1\t242\t3\t0\n1\t242\t4\t1\n1\t9\t3\t2\n")
        expectDataError(.inconsistent, ["u.data:3:", "item 9"]) {
            _ = try DataSet.load(directory: directory.path, DataOptions(duplicates: .first))
        }
    }

    private static let repeated = "1,1,1,10\n2,1,5,11\n1,1,2,12\n3,1,4,13\n1,1,4,14\n3,1,3,15\n"

    @Test(
        arguments: [
            (DuplicateRule.first, [1, 2, 3], [1, 5, 4], [10, 11, 13]),
            (.last, [2, 1, 3], [5, 4, 3], [11, 14, 15]),
            (.mean, [1, 2, 3], [Float(7.0 / 3), 5, 3.5], [10, 11, 13]),
        ] as [(DuplicateRule, [UInt64], [Float], [Int64])]
    )
    func settlesPairsThatAreRatedTwice(_ rule: DuplicateRule, _ users: [UInt64], _ stars: [Float], _ times: [Int64])
        throws
    {
        let set = try Self.load(Self.repeated, DataOptions(duplicates: rule))
        #expect(set.ratings.userIDs == users)
        #expect(set.ratings.stars == stars)
        #expect(set.ratings.timestamps.map(Array.init) == times)
        #expect(set.reading?.notes.first?.hasPrefix("3 ratings repeat a pair") == true)
        expectDataError(.malformed, ["x.csv:3:", "first on line 1"]) { _ = try Self.load(Self.repeated) }
    }

    @Test
    func numbersWithoutExceptionStayNumbersOneTextALeadingZeroOr65BitsMakeTextsOfAll() throws {
        #expect(try Self.load("1,1,1\n18446744073709551615,2,2\n").ratings.userNames == nil)
        for odd in ["x", "007", "18446744073709551616", "-1", "1 0"] {
            let ratings = try Self.load("10,5,1\n9,20,2\n9,\(odd),3\n").ratings
            #expect(ratings.userNames.map { names in ratings.userIDs.map { names[$0] } } == ["10", "9", "9"])
            #expect(ratings.itemNames.map { names in ratings.itemIDs.map { names[$0] } } == ["5", "20", odd])
        }
    }

    @Test
    func textsAreNumberedByTheirBytesTitlesIncludedAndHashByWhatTheySay() throws {
        let directory = try TemporaryDirectory()
        try directory.write("ratings.csv", "userId,movieId,rating\nzoë,b,1\nanna,\"q,\"\"r\",2\nzoë,é,3\n")
        try directory.write("movies.csv", "movieId,title,genres\na,Unrated,X\nb,Bee (1990),Y\n\"q,\"\"r\",Queue,\n")
        let set = try DataSet.load(directory: directory.path)
        let ratings = set.ratings
        #expect(ratings.userIDs == [2, 1, 2])
        #expect(ratings.itemIDs == [2, 3, 4])
        #expect(ratings.itemNames?.count == 4 && ratings.itemNames?[3] == "q,\"r")
        #expect(ratings.itemNames?.id(of: "é") == 4 && ratings.itemNames?.id(of: "c") == nil)
        #expect(set.catalog.ids == [1, 2, 3] && set.catalog.title(of: 3) == "Queue")
        #expect(set.itemAttributes.columns.map(\.values) == [[["X"], ["Y"], []], [[], ["1990"], []]])
        let other = try Self.load("zoë,b,1\nanna,\"q,\"\"r\",2\nzoë,é,3\n")
        #expect(other.ratings.itemIDs == [1, 2, 3])
        let bytes = collect(other.ratings.forEachCanonicalChunk)
        #expect(bytes == collect(ratings.forEachCanonicalChunk))
        let start = Array("rank-ratings-text-v1\n".utf8) + [3, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0]
        #expect(Array(bytes.prefix(start.count + 4)) == start + Array("zoë".utf8))
    }

    @Test
    func aTextThatIsNoUTF8IsRefusedWithItsLine() throws {
        let path = try TemporaryDirectory().write("x.csv", "user,item,rating\na,b,1\né,c,2\n", encoding: .isoLatin1)
        expectDataError(.malformed, ["x.csv:3:", "user id", "not UTF-8"]) { _ = try DataSet.load(path: path) }
    }

    @Test
    func aSplitOfTextsSeedsAndFilesOfPairsAgreeAndStrangersAreNamed() throws {
        let text = (0..<50).map { "u\($0 % 7),\"i,\($0)\",\($0 % 5)\n" }.joined()
        let ratings = try Self.load(text).ratings
        let seeded = try SplitSpec.seed(3).resolve(ratings)
        let pairs = seeded.testRows.reversed().map { "u\($0 % 7),\"i,\($0)\"\n" }.joined()
        let directory = try TemporaryDirectory()
        let listed = try SplitSpec.file(path: directory.write("t.csv", "user,item\n" + pairs)).resolve(ratings)
        #expect(listed.testRows == seeded.testRows)
        #expect(collect(listed.forEachCanonicalChunk) == collect(seeded.forEachCanonicalChunk))
        let strange = try directory.write("s.csv", "u0,\"i,0\"\nu1,who\n")
        expectDataError(.inconsistent, ["s.csv:2:", "user u1 has no rating of item who"]) {
            _ = try SplitSpec.file(path: strange).resolve(ratings)
        }
    }

    @Test
    func listsOfTexts() throws {
        let pairs = try PairList(parsing: Array("user,item\n\"a,b\", c \n".utf8), source: "in", kind: .texts)
        #expect(pairs.count == 1 && pairs.userText(0) == "a,b" && pairs.itemText(0) == "c" && pairs.lines == [2])
        expectDataError(.malformed, ["in:1:", "item id is empty"]) {
            _ = try PairList(parsing: Array("a,\n".utf8), source: "in", kind: .texts)
        }
        let path = try TemporaryDirectory().write("users", "user_id\n\"a,b\"\nc\n")
        #expect(try UserList.loadTexts(path: path) == ["a,b", "c"])
    }
}
