import RankData
import TestSupport
import Testing

/// A file's contents, and what the message about it must say.
struct BadFile: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let text: String
    let fragments: [String]
    var code = DataError.Code.malformed

    init(_ description: String, _ text: String, _ fragments: [String], _ code: DataError.Code = .malformed) {
        testDescription = description
        self.text = text
        self.fragments = fragments
        self.code = code
    }
}

@Suite("DataSet, bad input")
struct DataSetFaultTests {
    private static let good = "1\t242\t3\t9\n"

    static let ratings: [BadFile] = [
        BadFile("empty", "", ["no ratings"]),
        BadFile("cut in a line", good + "1\t26", [":2:", "2 columns", "expected 4"]),
        BadFile("blank line", good + "\n" + good, [":2:", "the line is empty"]),
        BadFile("five columns", "1\t242\t3\t9\t9\n", [":1:", "5 columns"]),
        BadFile("commas", "1,242,3,9\n", [":1:", "1 column", "tabs", "found commas"]),
        BadFile("user beyond 64 bits", "18446744073709551616\t242\t3\t9\n", [":1:", "user id", "64 bits"]),
        BadFile("item beyond 64 bits", good + "1\t99999999999999999999999\t3\t9\n", [":2:", "item id", "64 bits"]),
        BadFile("negative id", "-1\t242\t3\t9\n", [":1:", "'-1'", "unsigned"]),
        BadFile("empty id", "\t242\t3\t9\n", [":1:", "user id ''"]),
        BadFile("text id", "alice\t242\t3\t9\n", [":1:", "'alice'"]),
        BadFile("rating 0", "1\t242\t0\t9\n", [":1:", "rating '0'", "1 to 5"]),
        BadFile("rating 6", "1\t242\t6\t9\n", [":1:", "out of range"]),
        BadFile("rating 5.01", "1\t242\t5.01\t9\n", [":1:", "out of range"]),
        BadFile("rating -3", "1\t242\t-3\t9\n", [":1:", "out of range"]),
        BadFile("rating NaN", "1\t242\tnan\t9\n", [":1:", "not a number"]),
        BadFile("rating infinite", "1\t242\tinf\t9\n", [":1:", "not a number"]),
        BadFile("rating overflows", "1\t242\t1e999\t9\n", [":1:", "not a number"]),
        BadFile("rating hexadecimal", "1\t242\t0x1p1\t9\n", [":1:", "not a number"]),
        BadFile("rating text", "1\t242\tgood\t9\n", [":1:", "'good'"]),
        BadFile("rating empty", "1\t242\t\t9\n", [":1:", "not a number"]),
        BadFile("timestamp text", "1\t242\t3\tnow\n", [":1:", "timestamp 'now'"]),
        BadFile("timestamp beyond 64 bits", "1\t242\t3\t1e30\n", [":1:", "timestamp"]),
        BadFile("pair twice", good + "2\t242\t3\t9\n1\t242\t4\t9\n", [":3:", "second time", "line 1"]),
        BadFile("item not in the catalogue", good + "1\t9\t3\t9\n", [":2:", "item 9", "u.item"], .inconsistent),
    ]

    @Test(arguments: ratings)
    func namesFileLineAndFaultInUData(_ bad: BadFile) throws {
        let directory = try Samples.movieLens(data: bad.text)
        expectDataError(bad.code, ["u.data"] + bad.fragments) { _ = try DataSet.load(directory: directory.path) }
    }

    static let items: [BadFile] = [
        BadFile("empty", "", ["no items"]),
        BadFile("cut in a line", Samples.movie(242, "A (1990)") + "267|unk", [":2:", "2 columns", "expected 24"]),
        BadFile("id text", Samples.movie(242, "A").replacing("242", with: "x"), [":1:", "item id 'x'"]),
        BadFile("item twice", Samples.movie(242, "A") + Samples.movie(242, "B"), [":2:", "line 1"]),
    ]

    @Test(arguments: items)
    func namesFileLineAndFaultInUItem(_ bad: BadFile) throws {
        let directory = try Samples.movieLens(item: bad.text)
        expectDataError(bad.code, ["u.item"] + bad.fragments) { _ = try DataSet.load(directory: directory.path) }
    }

    private static let header = "user_id:token\titem_id:token\trating:float\n"

    static let interactions: [BadFile] = [
        BadFile("empty", "", ["the file is empty"]),
        BadFile("header only", header, ["no ratings"]),
        BadFile("no header", "1\t242\t3\n", [":1:", "name:type"]),
        BadFile("unknown type", "user_id:number\titem_id:token\trating:float\n", [":1:", "'user_id:number'"]),
        BadFile("column twice", "user_id:token\tuser_id:token\trating:float\n", [":1:", "distinct"]),
        BadFile("no rating", "user_id:token\titem_id:token\n1\t242\n", [":1:", "no column rating"]),
        BadFile("short row", header + "1\t242\n", [":2:", "2 columns", "expected 3"]),
        BadFile("pair twice", header + "1\t242\t3\n1\t242\t3\n", [":3:", "line 2"]),
        BadFile("rating 9", header + "1\t242\t9\n", [":2:", "out of range"]),
    ]

    @Test(arguments: interactions)
    func namesFileLineAndFaultInInter(_ bad: BadFile) throws {
        let directory = try Samples.recBole(inter: bad.text)
        expectDataError(bad.code, ["ml.inter"] + bad.fragments) { _ = try DataSet.load(directory: directory.path) }
    }

    static let atomicItems: [BadFile] = [
        BadFile("empty", "", ["the file is empty"]),
        BadFile("header only", "item_id:token\ttitle:token_seq\n", ["no items"]),
        BadFile("no title", "item_id:token\tclass:token_seq\n242\tx\n", [":1:", "movie_title"]),
        BadFile("short row", Samples.atomicItem + "5\tx\n", [":6:", "2 columns", "expected 4"]),
        BadFile("item twice", "item_id:token\ttitle:token_seq\n242\tA\n242\tB\n", [":3:", "line 2"]),
    ]

    @Test(arguments: atomicItems)
    func namesFileLineAndFaultInItem(_ bad: BadFile) throws {
        let directory = try Samples.recBole(item: bad.text)
        expectDataError(bad.code, ["ml.item"] + bad.fragments) { _ = try DataSet.load(directory: directory.path) }
    }

    static let mixtures: [([String], [String])] = [
        ([], ["holds no data set"]),
        (["u.data"], ["u.item is missing"]),
        (["u.item"], ["u.data is missing"]),
        (["ml.inter"], ["found ml.inter"]),
        (["ml.item"], ["found ml.item"]),
        (["u.data", "u.item", "ml.inter", "ml.item"], ["mixed"]),
        (["u.data", "ml.item"], ["mixed", "u.data (MovieLens (u.data)) beside ml.item (RecBole (.inter))"]),
        (["a.inter", "b.inter", "a.item"], ["found a.inter, b.inter, a.item"]),
        (["a.inter", "b.item"], ["different data sets"]),
    ]

    @Test(arguments: mixtures)
    func saysWhatADirectoryShouldHold(_ names: [String], _ fragments: [String]) throws {
        let directory = try TemporaryDirectory()
        for name in names { try directory.write(name, "x") }
        let advice = fragments.contains("mixed") ? "move the files of one form" : "expected either u.data and u.item"
        expectDataError(.inconsistent, fragments + [advice]) {
            _ = try DataSet.load(directory: directory.path)
        }
    }

    @Test
    func aMissingDirectoryAndAFileInItsPlaceAreToldApart() throws {
        let directory = try Samples.movieLens()
        expectDataError(.unreadable, ["no such directory"]) {
            _ = try DataSet.load(directory: directory.path + "/nowhere")
        }
        expectDataError(.unreadable, ["is a file"]) { _ = try DataSet.load(directory: directory.path + "/u.data") }
    }

    @Test
    func aDirectoryInAFilesPlaceCarriesTheSystemsError() throws {
        let directory = try Samples.movieLens(data: nil)
        try TemporaryDirectory.make(directory.path + "/u.data")
        let error = #expect(throws: DataError.self) { try DataSet.load(directory: directory.path) }
        #expect(error?.code == .unreadable)
        #expect(error?.cause != nil)
    }
}
