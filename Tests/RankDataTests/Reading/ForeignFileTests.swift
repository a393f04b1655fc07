import Foundation
import RankData
import TestSupport
import Testing

/// What lies where a file of ratings was expected.
@Suite("Files that are no text of ratings")
struct ForeignFileTests {
    struct Foreign: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let bytes: [UInt8]
        let fragments: [String]

        init(_ description: String, _ bytes: [UInt8], _ fragments: String...) {
            testDescription = description
            self.bytes = bytes
            self.fragments = fragments
        }

        init(_ description: String, _ text: String, _ fragments: String...) {
            testDescription = description
            bytes = Array(text.utf8)
            self.fragments = fragments
        }
    }

    private static let csv = "user,item,rating\n1,10,5\n1,11,1\n"
    private static let utf16 = csv.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }

    static let files: [Foreign] = [
        Foreign("gzip", [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3], "gzip", "gunzip"),
        Foreign("bzip2", "BZh91AY&SY", "bzip2", "bunzip2"),
        Foreign("xz", [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0, 0, 4], "xz", "unxz"),
        Foreign("zstd", [0x28, 0xB5, 0x2F, 0xFD, 0x24], "zstd", "unzstd"),
        Foreign("lz4", [0x04, 0x22, 0x4D, 0x18, 0x64], "lz4"),
        Foreign("7z", [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C, 0, 4], "7z"),
        Foreign("zip", "PK\u{3}\u{4}ml-100k/u.data", "zip archive", "unzip"),
        Foreign("xlsx", "PK\u{3}\u{4}\u{14}[Content_Types].xml", "workbook (.xlsx)", "CSV UTF-8"),
        Foreign("xls", [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1], "workbook (.xls)"),
        Foreign("Parquet", "PAR1\u{15}\u{4}\u{15}", "Parquet", "export it as CSV"),
        Foreign("Arrow", "ARROW1\u{0}\u{0}", "Arrow"),
        Foreign("Avro", "Obj\u{1}\u{4}", "Avro"),
        Foreign("SQLite", "SQLite format 3\u{0}", "SQLite"),
        Foreign("HDF5", [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A], "HDF5"),
        Foreign("NumPy", [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0], "NumPy"),
        Foreign("pickle", [0x80, 4, 0x95, 0, 1], "pickle"),
        Foreign("PDF", "%PDF-1.7\n", "PDF"),
        Foreign("Git LFS", "version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "Git LFS", "git lfs pull"),
        Foreign("UTF-16 with a mark", [0xFF, 0xFE] + utf16, "UTF-16", "iconv -f UTF-16"),
        Foreign("UTF-16LE", utf16, "UTF-16LE", "iconv -f UTF-16LE"),
        Foreign("UTF-16BE", [0] + utf16.dropLast(), "UTF-16BE"),
        Foreign("UTF-32", [0xFF, 0xFE, 0, 0, 0x31, 0, 0, 0], "UTF-32"),
        Foreign("JSON of objects", " [\n {\"user\": 1, \"item\": 2}]", "JSON", "CSV"),
        Foreign("JSON lines", "{\"user\": 1, \"item\": 2}\n", "JSON"),
        Foreign("a web page", "<!DOCTYPE html><title>404</title>", "web page"),
        Foreign("a model", [0x40, 1, 0, 0, 0, 0, 0, 0] + Array("{\"__metadata__\"".utf8), "model", "--model"),
        Foreign("binary", [0x31, 0x2C, 0, 7, 7, 7, 7, 0x0A], "binary", "byte 2"),
        Foreign("CR alone", csv.replacing("\n", with: "\r"), "carriage return", "byte 16", "tr '\\r' '\\n'"),
    ]

    @Test(arguments: files, ["x.csv", "u.data", "x.inter", "x.dat"])
    func isNamedWithWhatWasExpectedAndWhatToDo(_ foreign: Foreign, _ name: String) throws {
        let path = try TemporaryDirectory().write(name, bytes: foreign.bytes)
        expectDataError(
            .malformed,
            [name, "found", "expected"].filter { $0 != "found" || !foreign.isText } + foreign.fragments
        ) {
            _ = try DataSet.load(path: path)
        }
    }

    @Test(arguments: files)
    func theSameWherePairsItemsTitlesAndNewRatingsAreRead(_ foreign: Foreign) throws {
        let path = try TemporaryDirectory().write("list.csv", bytes: foreign.bytes)
        expectDataError(.malformed, foreign.fragments) { _ = try PairList.load(path: path) }
        expectDataError(.malformed, foreign.fragments) { _ = try ItemList.load(path: path) }
        expectDataError(.malformed, foreign.fragments) { _ = try UserList.loadTexts(path: path) }
        expectDataError(.malformed, foreign.fragments) { _ = try Catalog.load(path: path) }
        expectDataError(.malformed, foreign.fragments) {
            _ = try RatingList.load(path: path, idsAreTexts: true, range: nil)
        }
        expectDataError(.malformed, foreign.fragments) { _ = try FeatureFile(path: path) }
    }

    @Test
    func idsAndTitlesMayLookLikeOtherForms() throws {
        let directory = try TemporaryDirectory()
        let set = try DataSet.load(path: directory.write("x.csv", "{3F25},[a],5\nPK,<html,1\n\u{FF}\u{FE},BZh,3\n"))
        #expect(set.ratings.count == 3)
    }
}

extension ForeignFileTests.Foreign {
    /// Whether the message tells of line ends.
    fileprivate var isText: Bool { testDescription == "CR alone" }
}

@Suite("Messages of CSV")
struct CSVMessageTests {
    static let files: [BadFile] = [
        BadFile(
            "semicolons",
            "user;item;rating\n1;10;5\n",
            [":1:", "found semicolons", "expected commas", "tr ';' ','"]
        ),
        BadFile("semicolons, decimal commas", "1;10;3,5\n", [":1:", "found semicolons", "3,5 as 3.5"]),
        BadFile("tabs", "user\titem\trating\n1\t10\t5\n", [":1:", "found tabs", "tr '\\t' ','"]),
        BadFile("tabs without a header", "1\t10\t5\t0\n", [":1:", "found tabs"]),
        BadFile("bars", "1|10|5\n", [":1:", "found '|'"]),
        BadFile("double colons", "1::10::5::0\n", [":1:", "found '::'"]),
        BadFile("blanks", "1 10 5\n", [":1:", "found blanks"]),
        BadFile("RecBole's header", "user_id:token\titem_id:token\trating:float\n", [":1:", "RecBole", ".inter"]),
        BadFile("empty", "", ["the file is empty", "user,item,rating"]),
        BadFile("header only", "user,item,rating\n", ["no ratings in it", "only a header"]),
        BadFile(
            "no rating",
            "user,item,liked\n1,2,1\n",
            [":1:", "no column rating among user, item, liked", "name one"]
        ),
        BadFile("rating in words", "user,item,rating\n1,2,good\n", [":2:", "'good'", "write ratings as numbers"]),
        BadFile("quoted decimal comma", "user,item,rating\n1,2,\"3,5\"\n", [":2:", "'3,5'", "with a point"]),
        BadFile("decimal comma", "user,item,rating\n1,2,3,5\n", [":2:", "4 columns, expected 3", "with a point"]),
        BadFile("no rating given", "user,item,rating\n1,2,\n", [":2:", "the rating ''", "leave out lines"]),
        BadFile("open quote", "user,item,rating\n1,\"2,5\n", [":2:", "a quote is not closed"]),
        BadFile("a date", "user,item,rating,time\n1,2,5,2020-01-01\n", [":2:", "'2020-01-01'", "seconds since 1970"]),
        // Columns of one meaning.
        BadFile(
            "two synonyms",
            "user,item,score,stars\n1,2,3,4\n",
            [":1:", "score (column 3) and stars (column 4)", "rename"]
        ),
        BadFile(
            "the name twice",
            "user,item,rating,Rating\n1,2,3,4\n",
            [":1:", "rating (column 3) and Rating (column 4)"]
        ),
        BadFile("two users", "userId,user_id,item,rating\n1,1,2,3\n", [":1:", "2 columns may be the user", "to user"]),
        BadFile(
            "two items",
            "user,movie,movieId,rating\n1,2,2,3\n",
            [":1:", "movie (column 2) and movieId (column 3)"]
        ),
        BadFile("three items", "user,itemid,movie,movieId,rating\n1,2,2,2,3\n", [":1:", "3 columns may be the item"]),
        BadFile(
            "two times",
            "user,item,rating,time,Time\n1,2,3,4,5\n",
            [":1:", "2 columns may be the time", "to timestamp"]
        ),
    ]

    @Test(arguments: files)
    func sayWhatWasFoundWhatWasExpectedAndWhatToDo(_ bad: BadFile) throws {
        let path = try TemporaryDirectory().write("ratings.csv", bad.text)
        expectDataError(bad.code, ["ratings.csv"] + bad.fragments) { _ = try DataSet.load(path: path) }
    }

    @Test(arguments: [
        ("user,item,score,rating\n1,10,812,5\n1,11,3,1\n", "rating is taken, and score is left out"),
        ("user,userId,item,rating\n1,7,10,5\n1,7,11,1\n", "user is taken, and userId is left out"),
        ("movie,user,rating,item\n7,1,5,10\n7,1,1,11\n", "item is taken, and movie is left out"),
        ("time,user,item,rating,timestamp\n7,1,10,5,0\n7,1,11,1,0\n", "timestamp is taken, and time is left out"),
        (
            "stars,user,item,rating,score\n7,1,10,5,0\n7,1,11,1,0\n",
            "rating is taken, and stars and score is left out"
        ),
    ]
    )
    func theColumnOfTheVeryNameIsTakenAndANoteSaysWhatIsLeftOut(_ text: String, _ note: String) throws {
        let set = try DataSet.load(path: TemporaryDirectory().write("ratings.csv", text))
        #expect(set.ratings.stars == [5, 1])
        #expect(set.ratings.itemIDs.vocabulary == [10, 11])
        #expect(set.ratings.userIDs.vocabulary == [1])
        #expect(set.reading?.notes.contains { $0.hasSuffix(note) } == true, "\(set.reading?.notes ?? [])")
    }

    @Test
    func recBolesColumnsGoByTheirExactNamesAndOthersOfTheMeaningAreNamed() throws {
        let header = "user_id:token\titem_id:token\tscore:float\trating:float\n"
        let directory = try Samples.recBole(inter: header + "1\t242\t9\t5\n1\t267\t9\t1\n")
        let set = try DataSet.load(directory: directory.path)
        #expect(set.ratings.stars == [5, 1])
        #expect(set.reading?.notes.first?.hasSuffix("rating is taken, and score is left out") == true)
        let twice = try Samples.recBole(item: "item_id:token\tname:token_seq\tmovie_title:token_seq\n242\tA\tB\n")
        expectDataError(.malformed, ["ml.item:1:", "2 columns may be the title", "name", "movie_title"]) {
            _ = try DataSet.load(directory: twice.path)
        }
    }

    @Test(arguments: ["user,item,score,rating", "item,user,rating", "user,item,score,stars"]
    )
    func newRatingsAreReadByPositionSoTheirHeaderMustAgree(_ header: String) throws {
        let line = header.split(separator: ",").count == 4 ? "1,2,3,4" : "1,2,3"
        let path = try TemporaryDirectory().write("new.csv", "\(header)\n\(line)\n")
        expectDataError(.malformed, ["new.csv:1:"]) {
            _ = try RatingList.load(path: path, idsAreTexts: false, range: nil)
        }
    }

    @Test
    func aDirectoryWithoutASetSaysWhatItHolds() throws {
        let directory = try TemporaryDirectory()
        expectDataError(.inconsistent, ["it is empty"]) { _ = try DataSet.load(path: directory.path) }
        try directory.write("ml-100k.zip", "x")
        expectDataError(.inconsistent, ["ml-100k.zip", "unpack"]) { _ = try DataSet.load(path: directory.path) }
        let other = try TemporaryDirectory()
        try TemporaryDirectory.make(other.path + "/mine")
        try other.write("mine/ratings.csv", "user,item,rating\n1,2,3\n")
        expectDataError(.inconsistent, ["\(other.path)/mine does: give that"]) {
            _ = try DataSet.load(path: other.path)
        }
    }

    @Test(
        .timeLimit(.minutes(1))
    )
    func onlyTheDirectoriesInItAreLookedIntoNotWhatLiesBelowNorLinksThatLeadBack() throws {
        let directory = try TemporaryDirectory()
        try TemporaryDirectory.make(directory.path + "/a")
        try TemporaryDirectory.make(directory.path + "/a/b")
        try directory.write("a/b/ratings.csv", "user,item,rating\n1,2,3\n")
        for name in ["loop", "round", "again"] {
            try FileManager.default.createSymbolicLink(
                atPath: "\(directory.path)/\(name)",
                withDestinationPath: directory.path
            )
        }
        expectDataError(.inconsistent, ["holds no data set, found a, again, loop and 1 more"]) {
            _ = try DataSet.load(path: directory.path)
        }
    }

    @Test(arguments: [
        ("42", "seed:42"), ("seed42", "seed:42"), ("seed=7", "seed:7"), ("Seed:7", "seed:7"), ("NONE", "none"),
        ("seed", "seed:42"),
    ]
    )
    func aSplitThatIsNoneSaysWhichWasMeant(_ text: String, _ meant: String) {
        expectDataError(.invalidArgument, ["'\(text)'", "did you mean \(meant)?", "./\(text)"]) {
            _ = try SplitSpec(parsing: text)
        }
    }
}
