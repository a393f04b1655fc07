import RankData
import TestSupport
import Testing

@Suite("PairList")
struct PairListTests {
    @Test(arguments: [
        ("1;2\n", "found semicolons", "tr ';' ','"), ("user\titem\n", "found tabs", "tr '\\t' ','"),
        ("1;2;5\n", "found semicolons", "tr ';' ','"),
    ]
    )
    func pairsBehindAnotherSeparatorAreRefusedWithHowCommasTakeItsPlace(
        _ text: String,
        _ found: String,
        _ advice: String
    ) throws {
        let error = #expect(throws: DataError.self) {
            try PairList(parsing: Array(text.utf8), source: "test", kind: .texts)
        }
        #expect(error?.message.contains(found) == true && error?.message.contains(advice) == true, "\(error as Any)")
    }

    @Test(arguments: [
        "1,2\n3,4\n1,2\n", "user,item\n1,2\n3,4\n1,2", "\u{FEFF}User_ID, item_id\r\n 1 , 2\r\n\r\n3,4\r\n1,2\r\n",
        "user_id,movie_id\n1,2\n3,4\n1,2\n\n", "item,user\n2,1\n4,3\n2,1\n",
        "timestamp,movieId,note,userId\n9,2,\"a, b\",1\n9,4,,3\n9,\"2\",,\"1\"\n", "1,2,5\n3,4,0.5\n1,2,3\n",
        "1,2,5,881250949\n3,4,1,881250949\n1,2,1,881250949\n",
    ]
    )
    func readsPairsWithAndWithoutAHeader(_ text: String) throws {
        let pairs = try PairList(parsing: Array(text.utf8), source: "test")
        #expect(pairs.userIDs == [1, 3, 1])
        #expect(pairs.itemIDs == [2, 4, 2])
        #expect(pairs.count == 3)
    }

    @Test
    func remembersLines() throws {
        let pairs = try PairList(parsing: Array("user,item\n\n1,2\n3,4\n".utf8), source: "test")
        #expect(pairs.lines == [3, 4])
    }

    @Test
    func readsAFile() throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write("pairs.csv", "5,6\n")
        #expect(try PairList.load(path: path).itemIDs == [6])
    }

    static let bad: [BadFile] = [
        BadFile("empty", "", ["no pairs"]),
        BadFile("one column", "1\n", ["in:1:", "1 column", "user,item"]),
        BadFile("header in the middle", "1,2\nuser,item\n", ["in:2:", "'user'"]),
        BadFile("two columns of users", "user,userId,item\n1,1,2\n", ["in:1:", "user and userId", "rename"]),
        BadFile("three columns of what", "1,2,x\n", ["in:1:", "3 columns", "user,item"]),
        BadFile("fewer columns than before", "1,2,5\n1,2\n", ["in:2:", "2 columns", "expected 3"]),
        BadFile("a column that is missing", "user,item,rating\n1,2\n", ["in:2:", "expected 3"]),
        BadFile("another separator", "1;2\n", ["in:1:", "1 column"]),
        BadFile("negative", "1,-2\n", ["in:1:", "item id '-2'"]),
        BadFile("beyond 64 bits", "99999999999999999999,1\n", ["in:1:", "user id", "64 bits"]),
        BadFile("empty field", "1,\n", ["in:1:", "item id ''"]),
    ]

    @Test(arguments: [
        ("a.inter", "item_id:token\tuser_id:token\trating:float\n2\t1\t5\n4\t3\t1\n2\t1\t5\n"),
        ("ratings.dat", "1::2::5::9\n3::4::1::9\n1::2::5::9\n"), ("u.data", "1\t2\t5\t9\n3\t4\t1\t9\n1\t2\t5\t9\n"),
    ]
    )
    func theNameOfAFileTellsItsFormAsForRatings(_ name: String, _ text: String) throws {
        let path = try TemporaryDirectory().write(name, text)
        for kind in [PairList.Kind.numbers, .texts] {
            let pairs = try PairList(parsing: Array(text.utf8), source: path, kind: kind)
            #expect((0..<pairs.count).map(pairs.userText) == ["1", "3", "1"])
            #expect((0..<pairs.count).map(pairs.itemText) == ["2", "4", "2"])
        }
    }

    @Test(arguments: bad)
    func namesLineAndFault(_ bad: BadFile) {
        expectDataError(bad.code, ["in"] + bad.fragments) {
            _ = try PairList(parsing: Array(bad.text.utf8), source: "in")
        }
    }

    @Test
    func aLongOrUnprintableFieldIsCutInTheMessage() {
        let error = #expect(throws: DataError.self) {
            try PairList(parsing: Array((String(repeating: "\u{1}", count: 5_000) + ",1").utf8), source: "in")
        }
        #expect((error?.message.utf8.count ?? .max) < 400)
        #expect(error?.message.contains("\u{1}") == false)
    }
}

@Suite("ItemList")
struct ItemListTests {
    @Test(arguments: [
        "204\n141\n204\n", "204,141,204", "item\n204\n\n141,204\n", "204, 141,\r\n204\r\n",
        "item_id\n204\n141\n204",
    ]
    )
    func readsIdsOnLinesWithCommasOrBoth(_ text: String) throws {
        #expect(try ItemList.parse(Array(text.utf8), source: "test") == [204, 141, 204])
    }

    static let bad: [BadFile] = [
        BadFile("empty", "\n", ["no item ids"]),
        BadFile("text", "1\nx\n", ["in:2:", "'x'"]),
        BadFile("hole", "1,,2\n", ["in:1:", "''"]),
        BadFile("comma alone", ",\n", ["in:1:", "''"]),
        BadFile("beyond 64 bits", "18446744073709551616", ["in:1:", "64 bits"]),
    ]

    @Test(arguments: bad)
    func namesLineAndFault(_ bad: BadFile) {
        expectDataError(bad.code, bad.fragments) { _ = try ItemList.parse(Array(bad.text.utf8), source: "in") }
    }

    @Test
    func aMissingFileIsAnError() {
        expectDataError(.unreadable, ["/nowhere"]) { _ = try ItemList.load(path: "/nowhere") }
    }
}

@Suite("UserList")
struct UserListTests {
    @Test(arguments: ["7\n42\n", "user\n7,42", "user_id\n7\n42"]
    )
    func isReadLikeAListOfItemsWithAHeaderOfItsOwn(_ text: String) throws {
        #expect(try UserList.parse(Array(text.utf8), source: "test") == [7, 42])
    }

    @Test
    func saysWhatIsWrongWithUsers() {
        expectDataError(.malformed, ["no user ids"]) { _ = try UserList.parse([], source: "in") }
        expectDataError(.malformed, ["in:1:", "user id"]) {
            _ = try UserList.parse(Array("item\n7".utf8), source: "in")
        }
        expectDataError(.unreadable, ["/nowhere"]) { _ = try UserList.load(path: "/nowhere") }
    }
}

@Suite("Catalog")
struct CatalogTests {
    @Test
    func readsEachFormAloneOrInItsDirectory() throws {
        let movieLens = try Samples.movieLens()
        let recBole = try Samples.recBole()
        let expected = try Catalog.load(path: movieLens.path)
        #expect(expected.count == 4)
        #expect(expected.contains(267))
        #expect(!expected.contains(268))
        for path in [movieLens.path + "/u.item", recBole.path, recBole.path + "/ml.item"] {
            #expect(try Catalog.load(path: path) == expected)
        }
    }

    @Test
    func readsCSVWithQuotedTitles() throws {
        let directory = try TemporaryDirectory()
        let text = "item_id,title\r\n7,\"Say \"\"Hi\"\", Bob (1999)\"\n\n8 , Plain title \n9,\"\"\n"
        let catalog = try Catalog.load(path: directory.write("titles.csv", text))
        #expect(catalog.ids == [7, 8, 9])
        #expect(catalog.titles == ["Say \"Hi\", Bob (1999)", "Plain title", ""])
    }

    static let bad: [BadFile] = [
        BadFile("empty", "", ["the file is empty", "item,title"]),
        BadFile("no header", "7,Movie\n", [":1:", "item,title"]),
        BadFile("header only", "item,title\n", ["no items"]),
        BadFile("unquoted comma", "item,title\n7,Good, the Bad\n", [":2:", "3 columns", "quote"]),
        BadFile("open quote", "item,title\n7,\"Movie\n", [":2:", "not closed"]),
        BadFile("text after a quote", "item,title\n7,\"Movie\" x\n", [":2:", "quote"]),
        BadFile("id text", "item,title\nx,Movie\n", [":2:", "item id 'x'"]),
        BadFile("two titles", "item,title,Title\n7,A,B\n", [":1:", "2 columns may be the title", "title (column 2)"]),
        BadFile("two ids", "movieId,item_id,title\n7,8,A\n", [":1:", "may be the item", "rename"]),
        BadFile("semicolons", "item;title;genres\n7;A;B\n", [":1:", "found semicolons"]),
        BadFile("item twice", "item,title\n7,A\n\n7,B\n", [":4:", "line 2"]),
    ]

    @Test(arguments: bad)
    func namesLineAndFaultOfACSV(_ bad: BadFile) throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write("titles.csv", bad.text)
        expectDataError(bad.code, ["titles.csv"] + bad.fragments) { _ = try Catalog.load(path: path) }
    }

    @Test
    func aMissingPathIsAnError() {
        expectDataError(.unreadable, ["no such file"]) { _ = try Catalog.load(path: "/nowhere") }
    }
}
