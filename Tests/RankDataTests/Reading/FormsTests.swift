import Foundation
import RankData
import TestSupport
import Testing

@Suite("Forms of data sets")
struct FormsTests {
    /// The three ratings of all forms below.
    private static let rows = [["7", "20", "4", "978300760"], ["7", "3", "1", "978302109"], ["900", "20", "5", "1"]]

    private static func lines(_ separator: String) -> String {
        rows.map { $0.joined(separator: separator) + "\n" }.joined()
    }

    private func check(_ set: DataSet) {
        #expect(set.ratings.userIDs == [7, 7, 900])
        #expect(set.ratings.itemIDs == [20, 3, 20])
        #expect(set.ratings.stars == [4, 1, 5])
        #expect(set.ratings.timestamps.map(Array.init) == [978_300_760, 978_302_109, 1])
    }

    @Test
    func movieLens1MLatin1TitlesGenresYearsAndUsers() throws {
        let directory = try TemporaryDirectory()
        try directory.write("ratings.dat", Self.lines("::"))
        try directory.write(
            "movies.dat",
            "3::Café: Noir (1995)::Animation|Children's|Comedy\n20::Plain::Drama\n",
            encoding: .isoLatin1
        )
        try directory.write("users.dat", "7::F::1::10::48067\n900::M::56::16::70072\n5::M::25::15::55117\n")
        let set = try DataSet.load(directory: directory.path)
        check(set)
        #expect(set.ratings.scale == .stars)
        #expect(set.catalog.title(of: 3) == "Café: Noir (1995)")
        #expect(set.itemAttributes.columns.map(\.name) == ["genre", "year"])
        #expect(set.itemAttributes.columns[0].values == [["Animation", "Children's", "Comedy"], ["Drama"]])
        #expect(set.itemAttributes.columns[1].values == [["1995"], []])
        #expect(set.userAttributes.ids == [7, 900, 5])
        #expect(set.userAttributes.columns.map(\.name) == ["age", "gender", "occupation", "zip_code"])
        #expect(set.userAttributes.columns[1].values == [["F"], ["M"], ["M"]])
        #expect(set.reading?.notes.count == 1)
    }

    @Test
    func movieLens10MUTF8TitlesHalfStarsNoUsers() throws {
        let directory = try TemporaryDirectory()
        try directory.write("ratings.dat", "1::122::0.5::838985046\n1::185::5::838983525\n")
        try directory.write("movies.dat", "122::Été (1992)::Drama\n185::Net, The (1995)::Action\n")
        let set = try DataSet.load(directory: directory.path)
        #expect(set.ratings.scale == .halfStars)
        #expect(set.ratings.stars == [0.5, 5])
        #expect(set.catalog.title(of: 122) == "Été (1992)")
    }

    @Test
    func movieLensSince2013QuotedTitlesGenresOrNoneOtherFilesLeftAloneRNAndAByteOrderMark() throws {
        let directory = try TemporaryDirectory()
        try directory.write(
            "ratings.csv",
            "\u{FEFF}userId,movieId,rating,timestamp\r\n" + Self.lines(",").replacing("\n", with: "\r\n")
        )
        try directory.write(
            "movies.csv",
            "movieId,title,genres\n3,\"Say \"\"Hi\"\", Bob (1999) \",Comedy|Drama\n20,Cosmos,(no genres listed)\n"
                + "77,Unseen (2001),Drama\n"
        )
        for name in ["tags.csv", "links.csv", "genome-scores.csv", "genome-tags.csv"] {
            try directory.write(name, "x\n")
        }
        let set = try DataSet.load(directory: directory.path)
        check(set)
        #expect(set.ratings.scale == .halfStars)
        #expect(set.catalog.titles == ["Say \"Hi\", Bob (1999) ", "Cosmos", "Unseen (2001)"])
        #expect(set.itemAttributes.columns[0].values == [["Comedy", "Drama"], [], ["Drama"]])
        #expect(set.itemAttributes.columns[1].values == [["1999"], [], ["2001"]])
        #expect(set.reading?.notes == ["1 in the items' file has no rating"])
        #expect(try Catalog.load(path: directory.path) == set.catalog)
        #expect(try Catalog.load(path: directory.file("movies.csv")) == set.catalog)
    }

    @Test
    func aRatedItemThatMoviesCsvLacksIsCountedAndHasNoTitle() throws {
        let directory = try TemporaryDirectory()
        try directory.write("ratings.csv", "userId,movieId,rating\n1,2,3\n1,9,4\n")
        try directory.write("movies.csv", "movieId,title\n2,Two\n")
        let set = try DataSet.load(directory: directory.path)
        #expect(set.catalog.title(of: 9) == nil)
        #expect(set.reading?.notes.first?.hasPrefix("1 rated item is not in") == true)
    }

    @Test(arguments: [
        "7,20,4,978300760\n7,3,1,978302109\n900,20,5,1\n",
        "user,item,rating,timestamp\n7,20,4,978300760\n7,3,1,978302109\n900,20,5,1\n\n\n",
        "Rating,\"User_ID\",note,itemId,time\n4,7,\"a,b\",20,978300760\n1, 7 ,,\"3\",978302109.0\n5,900,x,20,1",
    ]
    )
    func anyCSVNamesOfColumnsTheirOrderNoneQuotesBlanksBlankLinesAtTheEndNoTimes(_ text: String) throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write("mine.csv", text)
        check(try DataSet.load(path: path))
        let set = try DataSet.load(path: directory.path)
        check(set)
        #expect(set.ratings.scale == .stars && set.catalog.count == 0)
        let untimed = try directory.write("other.txt", "7,20,4\n")
        #expect(try DataSet.load(path: untimed, DataOptions(scale: .stars)).ratings.timestamps == nil)
    }

    @Test
    func theSameRatingsHashAlikeInEveryFormAndAFileOfRatingsAloneWillDo() throws {
        let directory = try TemporaryDirectory()
        let paths = try [
            directory.write("x.csv", Self.lines(",")), directory.write("ratings.dat", Self.lines("::")),
            directory.write("u.data", Self.lines("\t")),
            directory.write(
                "x.inter",
                "user_id:token\titem_id:token\trating:float\ttimestamp:float\n" + Self.lines("\t")
            ),
        ]
        let sets = try paths.map { try DataSet.load(path: $0, DataOptions(scale: .stars)) }
        sets.forEach(check)
        #expect(Set(sets.map { collect($0.ratings.forEachCanonicalChunk) }).count == 1)
    }

    @Test
    func timesBefore1970AndAfter2106AreKept() throws {
        let path = try TemporaryDirectory().write("x.csv", "1,1,1,5\n1,2,2,1600000000000\n1,3,3,-7\n1,1,4,6\n")
        let set = try DataSet.load(path: path, DataOptions(duplicates: .last))
        #expect(set.ratings.timestamps.map(Array.init) == [1_600_000_000_000, -7, 6])
    }

    static let bad: [BadFile] = [
        BadFile("empty", "", ["the file is empty"]),
        BadFile("header only", "user,item,rating\n", ["no ratings"]),
        BadFile("no rating column", "user,item,when\n1,2,3\n", [":1:", "no column rating"]),
        BadFile("two columns", "1,2\n", [":1:", "2 columns", "user,item,rating"]),
        BadFile("neither header nor rating", "who,what,how\n1,2,3\n", [":1:", "'how'"]),
        BadFile("cut in the last line", "1,2,3,9\n1,26", [":2:", "2 columns", "expected 4"]),
        BadFile("blank line inside", "1,2,3\n\n1,3,3\n", [":2:", "the line is empty"]),
        BadFile("quote not closed", "1,2,3\n\"1,3,3\n", [":2:", "quote"]),
        BadFile("quote not closed in the header", "\"user,item,rating\n", [":1:", "quote"]),
        BadFile("rating NaN", "1,2,3\n1,3,nan\n", [":2:", "'nan' is not a number"]),
        BadFile("rating infinite", "1,2,3\n1,3,inf\n", [":2:", "'inf' is not a number"]),
        BadFile("rating beyond float32", "1,2,3\n1,3,1e60\n", [":2:", "not a number"]),
        BadFile("time text", "1,2,3,9\n1,3,4,now\n", [":2:", "timestamp 'now'"]),
        BadFile("no user", "1,2,3\n,3,4\n", [":2:", "user id is empty"]),
        BadFile("one rating", "1,2,3\n", ["all ratings are equal", "--scale"]),
        BadFile("ratings too far apart", "1,2,-3e38\n1,3,3e38\n", ["from -3e+38 to 3e+38", "divide them all"]),
        BadFile(
            "pair twice",
            "1,2,3\n1,3,3\n1,2,4\n",
            [":3:", "user 1 rates item 2", "first on line 1", "--duplicates"]
        ),
        BadFile("pair of texts twice", "user,item,rating\na,x,1\na,x,2\n", [":3:", "user a rates item x", "line 2"]),
    ]

    @Test(arguments: bad)
    func namesFileLineAndFaultInCSV(_ bad: BadFile) throws {
        let path = try TemporaryDirectory().write("mine.csv", bad.text)
        expectDataError(bad.code, ["mine.csv"] + bad.fragments) { _ = try DataSet.load(path: path) }
    }

    @Test
    func aLineWithoutAnEndInSightIsRefused() throws {
        let path = try TemporaryDirectory().write("mine.csv", "1,2,3\n" + String(repeating: "1", count: 1_100_000))
        expectDataError(.malformed, ["mine.csv:2:", "longer"]) { _ = try DataSet.load(path: path) }
    }

    @Test
    func whatCannotBeReadTwiceIsRefusedAndNotReadInPart() {
        expectDataError(.unreadable, ["/dev/null", "pipe or a device"]) { _ = try DataSet.load(path: "/dev/null") }
    }

    @Test(.timeLimit(.minutes(1)))
    func aPipeThatNobodyWritesIntoIsRefusedAtOnce() throws {
        let path = try TemporaryDirectory().file("x.csv")
        #expect(mkfifo(path, 0o600) == 0)
        expectDataError(.unreadable, [path, "pipe or a device"]) { _ = try DataSet.load(path: path) }
    }

    static let dats: [BadFile] = [
        BadFile("empty", "", ["no ratings"]),
        BadFile("single colons", "1:2:3:4\n", [":1:", "1 column", "'::'"]),
        BadFile("text id", "a::2::3::4\n", [":1:", "'a'", "unsigned"]),
        BadFile("rating 6", "1::2::6::4\n", [":1:", "out of range", "0.5 to 5", "--scale"]),
        BadFile("rating 0", "1::2::0::4\n", [":1:", "out of range"]),
    ]

    @Test(arguments: dats)
    func namesFileLineAndFaultInRatingsDat(_ bad: BadFile) throws {
        let directory = try TemporaryDirectory()
        try directory.write("ratings.dat", bad.text)
        try directory.write("movies.dat", "2::Two::Drama\n")
        expectDataError(bad.code, ["ratings.dat"] + bad.fragments) { _ = try DataSet.load(path: directory.path) }
    }

    static let movies: [BadFile] = [
        BadFile("no header", "2,Two,Drama\n", [":1:", "movieId,title,genres"]),
        BadFile("quote not closed", "movieId,title,genres\n2,\"Two,Drama\n", [":2:", "quote"]),
        BadFile(
            "title with a comma",
            "movieId,title,genres\n2,Two, The,Drama\n",
            [":2:", "4 columns", "quote titles"]
        ),
        BadFile("twice", "movieId,title\n2,A\n2,B\n", [":3:", "item 2", "line 2"]),
        BadFile("text among numbers", "movieId,title\nx,A\n", [":2:", "item id 'x'"]),
        BadFile("no item", "movieId,title\n", ["no items"]),
    ]

    @Test(arguments: movies)
    func namesFileLineAndFaultInMoviesCsv(_ bad: BadFile) throws {
        let directory = try TemporaryDirectory()
        try directory.write("ratings.csv", "userId,movieId,rating\n1,2,3\n")
        try directory.write("movies.csv", bad.text)
        expectDataError(bad.code, ["movies.csv"] + bad.fragments) { _ = try DataSet.load(path: directory.path) }
    }

    @Test(arguments: [
        (
            ["ratings.dat", "movies.dat", "ratings.csv"],
            "ratings.dat and movies.dat (MovieLens (ratings.dat)) beside ratings.csv (CSV); move"
        ),
        (["u.data", "u.item", "mine.csv"], "u.data and u.item (MovieLens (u.data)) beside mine.csv (CSV); move"),
        (["u.data", "u.item", "mine.csv"], "/u.data"), (["ratings.dat"], "movies.dat is missing"),
        (["movies.csv"], "ratings.csv is missing"), (["a.csv", "b.csv"], "found a.csv, b.csv"),
    ]
    )
    func twoFormsInADirectoryOrHalfOfOneAreRefused(_ names: [String], _ fragment: String) throws {
        let directory = try TemporaryDirectory()
        for name in names { try directory.write(name, "x") }
        expectDataError(.inconsistent, [fragment]) { _ = try DataSet.load(path: directory.path) }
    }

    @Test
    func standardInputIsNoDataSetAndTheMessageSaysWhy() {
        expectDataError(.unreadable, ["standard input", "read twice", "a file"]) { _ = try DataSet.load(path: "-") }
    }
}
