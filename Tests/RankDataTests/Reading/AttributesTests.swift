import RankData
import TestSupport
import Testing

@Suite struct AttributesTests {
    private static func item(_ id: Int, _ title: String, _ genres: [Int]) -> String {
        let flags = (0..<19).map { genres.contains($0) ? "|1" : "|0" }.joined()
        return "\(id)|\(title)|||\(flags)\n"
    }

    private static let items =
        item(242, "Kolya (1996)", [5]) + item(267, "unknown", [0])
        + item(1_412, "The Land Before Time III (1995) (V)", [3, 4]) + item(9, "Nothing (12345)", [])
    private static let atomicItems = """
        item_id:token\tmovie_title:token_seq\trelease_year:token\tgenre:token_seq
        242\tKolya\t1996\tComedy
        267\tunkonwn\tunkonwn\tunknown
        1412\tThe Land Before Time III (1995)\tV\tAnimation Children's Animation
        9\tNothing (12345)\t\t

        """
    private static let users = "196|24|M|writer|85711\n22|30||none|\n77|99|F|other|T8H1N\n"
    private static let atomicUsers = """
        user_id:token\tage:token\tweight:float\tgender:token\toccupation:token\tzip_code:token
        196\t24\t1.5\tM\twriter\t85711
        22\t30\t2\t\tnone\t
        77\t99\t3\tF\tother\tT8H1N

        """

    private func sets() throws -> [DataSet] {
        let movieLens = try Samples.movieLens(item: Self.items)
        try movieLens.write("u.user", Self.users)
        let recBole = try Samples.recBole(item: Self.atomicItems)
        try recBole.write("ml.user", Self.atomicUsers)
        return try [movieLens, recBole].map { try DataSet.load(directory: $0.path) }
    }

    @Test func bothFormsSayTheSame() throws {
        let sets = try sets()
        #expect(sets[0].itemAttributes == sets[1].itemAttributes)
        #expect(sets[0].userAttributes == sets[1].userAttributes)
        let items = sets[0].itemAttributes
        #expect(items.ids == [242, 267, 1_412, 9])
        #expect(items.columns.map(\.name) == ["genre", "year"])
        #expect(items.columns[0].values == [["Comedy"], ["unknown"], ["Animation", "Children's"], []])
        #expect(items.columns[1].values == [["1996"], [], ["1995"], []])
        let users = sets[0].userAttributes
        #expect(users.ids == [196, 22, 77])
        #expect(users.columns.map(\.name) == ["age", "gender", "occupation", "zip_code"])
        #expect(users.columns[1].values == [["M"], [], ["F"]])
        #expect(users.columns[3].values == [["85711"], [], ["T8H1N"]])
    }

    @Test func theirHashKnowsEveryPart() throws {
        let set = try sets()[0]
        let streams = [set.itemAttributes, set.userAttributes, .empty].map { attributes in
            collect { attributes.forEachCanonicalChunk($0) }
        }
        #expect(Set(streams).count == 3)
        #expect(streams[2] == Array("rank-attributes-v1\n".utf8) + [UInt8](repeating: 0, count: 8))
        let other = try Samples.movieLens(item: Self.items)
        try other.write("u.user", Self.users.replacing("writer", with: "waiter"))
        let changed = try DataSet.load(directory: other.path)
        #expect(collect { changed.userAttributes.forEachCanonicalChunk($0) } != streams[1])
        #expect(collect { changed.itemAttributes.forEachCanonicalChunk($0) } == streams[0])
    }

    @Test func withoutAUsersFileNothingIsKnownOfUsers() throws {
        #expect(try DataSet.load(directory: Samples.movieLens().path).userAttributes == .empty)
        #expect(try DataSet.load(directory: Samples.recBole().path).userAttributes == .empty)
    }

    @Test(arguments: [
        ("1|24|M|writer|85711\n1|25|M|writer|85711\n", "u.user:2", "the id 1 is listed a second time, first on line 1"),
        ("1|24|M|writer\n", "u.user:1", "expected 5 separated by '|'"),
        ("x|24|M|writer|85711\n", "u.user:1", "the user id 'x'"),
    ])
    func aBadUsersFileIsRefused(_ text: String, _ place: String, _ reason: String) throws {
        let directory = try Samples.movieLens()
        try directory.write("u.user", text)
        expectDataError(.malformed, [place, reason]) { _ = try DataSet.load(directory: directory.path) }
    }

    @Test(arguments: [
        ("user_id:token\tage:token\n1\t24\n1\t25\n", "ml.user:3", "a second time, first on line 2"),
        ("user_id:token\tage:token\n1\n", "ml.user:2", "1 column, expected 2"),
        ("name:token\tage:token\n1\t2\n", "ml.user:1", "no column user_id"),
    ])
    func aBadAtomicUsersFileIsRefused(_ text: String, _ place: String, _ reason: String) throws {
        let directory = try Samples.recBole()
        try directory.write("ml.user", text)
        expectDataError(.malformed, [place, reason]) { _ = try DataSet.load(directory: directory.path) }
    }

    /// A line may have any number of genres, and a header of columns: none takes their square.
    @Test(.timeLimit(.minutes(1))) func manyValuesTakeLinearTime() throws {
        let count = 300_000
        let directory = try TemporaryDirectory()
        let genres = (0..<count).map { "g\($0)" }.joined(separator: "|")
        try directory.write("ratings.csv", "userId,movieId,rating,timestamp\n1,7,3,1\n2,7,4,1\n")
        try directory.write("movies.csv", "movieId,title,genres\n7,Seven (1995),\(genres)|g1|(no genres listed)\n")
        let genre = try #require(DataSet.load(directory: directory.path).itemAttributes.columns.first)
        #expect(genre.name == "genre" && genre.values[0].count == count)

        let wide = try TemporaryDirectory()
        let columns = (0..<count).map { "\tc\($0):float" }.joined()
        try wide.write("x.inter", "user_id:token\titem_id:token\trating:float\n1\t7\t3\n")
        let zeros = String(repeating: "\t0", count: count)
        try wide.write("x.item", "item_id:token\ttitle:token\(columns)\n7\tSeven\(zeros)\n")
        #expect(try DataSet.load(directory: wide.path).catalog.titles == ["Seven"])
    }
}
