import Foundation
import RankData
import TestSupport
import Testing

@Suite("SplitSpec")
struct SplitSpecTests {
    @Test(arguments: [
        ("seed:42", SplitSpec.seed(42)), ("seed:18446744073709551615", .seed(.max)), ("none", .none),
        ("./none", .file(path: "./none")), ("splits/test_42.csv", .file(path: "splits/test_42.csv")),
    ]
    )
    func readsWhatItWrites(_ text: String, _ spec: SplitSpec) throws {
        #expect(try SplitSpec(parsing: text) == spec)
        #expect(spec.description == text)
    }

    @Test(arguments: ["", "seed:", "seed:x", "seed:-1", "seed:1.5", "seed:18446744073709551616"])
    func refusesNonsense(_ text: String) {
        expectDataError(.invalidArgument, ["expected seed:N"]) { _ = try SplitSpec(parsing: text) }
    }
}

@Suite("Split")
struct SplitTests {
    private static let pairs = (0..<33).map { ($0 % 4 + 1, $0 + 1) }

    @Test(arguments: [UInt64(0), 1, 42])
    func aSeedSplitsAsNumPysPermutationDoes(_ seed: UInt64) throws {
        let ratings = try Samples.ratings(Self.pairs)
        let split = try SplitSpec.seed(seed).resolve(ratings)
        let order = try #require(NumPyVector.all.first { $0.kind == "permutation" && $0.arguments == [seed, 33] })
            .expected.map { Int($0) }
        // 33 rows: 26 train.
        #expect(split.trainingRows == Array(order[..<26]))
        #expect(split.testRows == order[26...].sorted())
    }

    @Test(arguments: zip([1, 4, 5, 6, 9, 10, 11], [0, 3, 4, 4, 7, 8, 8]))
    func fourFifthsTrainRoundedDown(_ count: Int, _ training: Int) throws {
        let split = try SplitSpec.seed(7).resolve(Samples.ratings(Array(Self.pairs.prefix(count))))
        #expect(split.trainingRows.count == training)
        #expect((Array(split.trainingRows) + Array(split.testRows)).sorted() == Array(0..<count))
    }

    @Test
    func aFileOfTheSamePairsInAnyOrderIsTheSameTestSetTheRestTrainsInFileOrder() throws {
        let ratings = try Samples.ratings(Self.pairs)
        let seeded = try SplitSpec.seed(3).resolve(ratings)
        let directory = try TemporaryDirectory()
        let lines = seeded.testRows.reversed().map { "\(ratings.userIDs[$0]),\(ratings.itemIDs[$0])" }
        let path = try directory.write("test.csv", "user_id,item_id\n" + lines.joined(separator: "\n"))
        let listed = try SplitSpec(parsing: path).resolve(ratings)
        #expect(listed.testRows == seeded.testRows)
        #expect(listed.trainingRows == seeded.trainingRows.sorted())
        #expect(collect(listed.forEachCanonicalChunk) == collect(seeded.forEachCanonicalChunk))
        let other = try SplitSpec.seed(4).resolve(ratings)
        #expect(collect(other.forEachCanonicalChunk) != collect(seeded.forEachCanonicalChunk))
    }

    @Test
    func aSplitThatIsNoFileIsRefusedWithWhatASplitCanBe() throws {
        let ratings = try Samples.ratings(Self.pairs)
        expectDataError(.unreadable, ["the split random: no such file", "expected seed:N, none, or a CSV"]) {
            _ = try SplitSpec(parsing: "random").resolve(ratings)
        }
    }

    @Test
    func noneTrainsOnAllRowsInFileOrder() throws {
        let split = try SplitSpec.none.resolve(Samples.ratings(Self.pairs))
        #expect(split.trainingRows == Array(0..<33))
        #expect(split.testRows.isEmpty)
        #expect(collect(split.forEachCanonicalChunk) == Array("rank-split-v1\n".utf8) + [UInt8](repeating: 0, count: 8))
    }

    @Test
    func theCanonicalStreamIsSortedByUserThenItem() throws {
        let ratings = try Samples.ratings([(2, 3), (1, 300), (1, 2)])
        let directory = try TemporaryDirectory()
        let path = try directory.write("test.csv", "2,3\n1,300\n1,2\n")
        let split = try SplitSpec.file(path: path).resolve(ratings)
        func word(_ low: UInt8, _ high: UInt8 = 0) -> [UInt8] { [low, high, 0, 0, 0, 0, 0, 0] }
        let rows = word(1) + word(2) + word(1) + word(44, 1) + word(2) + word(3)
        #expect(collect(split.forEachCanonicalChunk) == Array("rank-split-v1\n".utf8) + word(3) + rows)
    }

    static let badFiles: [BadFile] = [
        BadFile("empty", "", ["no pairs"]),
        BadFile("header only", "user_id,item_id\n", ["no pairs"]),
        BadFile("pair not in the data", "user_id,item_id\n1,1\n1,2\n", [":3:", "user 1", "item 2"], .inconsistent),
        BadFile("pair twice", "1,1\n2,2\n1,1\n", [":3:", "line 1"]),
        BadFile("three columns, the last no rating", "1,1,x\n", [":1:", "3 columns"]),
        BadFile("text", "1,1\nuser_id,item_id\n", [":2:", "'user_id'"]),
        BadFile("beyond 64 bits", "1,18446744073709551616\n", [":1:", "64 bits"]),
    ]

    @Test(arguments: badFiles)
    func namesFileLineAndFaultOfASplitFile(_ bad: BadFile) throws {
        let ratings = try Samples.ratings(Self.pairs)
        let directory = try TemporaryDirectory()
        let path = try directory.write("test.csv", bad.text)
        expectDataError(bad.code, ["test.csv"] + bad.fragments) { _ = try SplitSpec.file(path: path).resolve(ratings) }
    }

    @Test
    func aMissingSplitFileIsAnError() throws {
        let ratings = try Samples.ratings(Self.pairs)
        expectDataError(.unreadable, ["/nowhere.csv"]) { _ = try SplitSpec.file(path: "/nowhere.csv").resolve(ratings) }
    }
}
