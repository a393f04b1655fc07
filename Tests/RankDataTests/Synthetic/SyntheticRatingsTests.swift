import Foundation
import RankData
import TestSupport
import Testing

@Suite struct SyntheticRatingsTests {
    private static func written(_ set: SyntheticRatings) throws -> String {
        let path = try TemporaryDirectory().file("set")
        try set.write(to: path)
        return path
    }

    @Test func hasTheCountsAndALongTail() throws {
        let path = try Self.written(SyntheticRatings(seed: 7, ratingCount: 20_000, userCount: 300, itemCount: 500))
        let set = try DataSet.load(directory: path)
        let ratings = set.ratings
        #expect(set.name == "synthetic (seed 7)" && set.isSynthetic)
        #expect(ratings.count == 20_000 && ratings.userIDs.vocabulary == Array(1...300))
        #expect(ratings.scale == .halfStars && set.catalog.count == 500)
        #expect(set.itemAttributes.columns.map(\.name) == ["genre", "year"])
        #expect(Set(ratings.stars).count == 10)
        let perItem = Dictionary(grouping: ratings.itemIDs, by: \.self).mapValues(\.count).values.sorted(by: >)
        #expect(perItem.prefix(50).reduce(0, +) > 20_000 / 4)
        #expect(Array(ratings.userIDs) == ratings.userIDs.sorted())
    }

    @Test func theSameNumbersGiveTheSameBytes() throws {
        let paths = try [1, 1, 2].map { try Self.written(SyntheticRatings(seed: $0, ratingCount: 3_000)) }
        let bytes = try paths.map { try Data(contentsOf: URL(filePath: $0 + "/ratings.csv")) }
        #expect(bytes[0] == bytes[1] && bytes[0] != bytes[2])
    }

    @Test(arguments: [(1, nil, nil), (60, 2, 60), (150, 1, 300)] as [(Int, Int?, Int?)])
    func smallOnesAreMet(_ ratings: Int, _ users: Int?, _ items: Int?) throws {
        let set = try SyntheticRatings(seed: 0, ratingCount: ratings, userCount: users, itemCount: items)
        #expect(try DataSet.load(directory: Self.written(set)).ratings.count == ratings)
    }

    @Test(
        arguments: [
            (0, nil, nil), (10, 11, nil), (10, 0, nil), (10, 2, 8), (10, 2, 0), (1_000_000_000, 100_000_001, nil),
            (1_000_000_000, nil, 100_000_001),
        ] as [(Int, Int?, Int?)]
    )
    func impossibleOnesAreRefused(_ ratings: Int, _ users: Int?, _ items: Int?) {
        expectDataError(.invalidArgument, ["expected"]) {
            _ = try SyntheticRatings(seed: 0, ratingCount: ratings, userCount: users, itemCount: items)
        }
    }

    @Test func whatIsTooLargeForMemoryIsRefused() throws {
        let set = try SyntheticRatings(seed: 0, ratingCount: 100_000_000, userCount: 100_000_000, itemCount: 1_000)
        expectDataError(.invalidArgument, ["100000000 users and 1000 items", "machine has 1024", "expected fewer"]) {
            try set.requireRoom(in: 1 << 30)
        }
        try set.requireRoom(in: 1 << 32)
    }

    @Test func nothingIsLeftWhereSomethingIsInTheWay() throws {
        let directory = try TemporaryDirectory()
        try directory.write("a", "x")
        expectDataError(.unwritable, ["not empty"]) {
            try SyntheticRatings(seed: 0, ratingCount: 10).write(to: directory.path)
        }
        #expect(directory.names == ["a"])
    }

    @Test
    func repeatedPairsAreFoundWhateverTheOrderOfTheRows() throws {
        let path = try Self.written(SyntheticRatings(seed: 3, ratingCount: 2_000, userCount: 40, itemCount: 200))
        var lines = try String(contentsOfFile: path + "/ratings.csv", encoding: .utf8).split(separator: "\n")
            .dropFirst()
            .map(String.init)
        var random = NumPyRandom(seed: 1)
        random.shuffle(&lines)
        let good = try TemporaryDirectory().write("x.csv", lines.joined(separator: "\n"))
        #expect(try DataSet.load(path: good).ratings.count == 2_000)
        let bad = try TemporaryDirectory().write("y.csv", (lines + [lines[40], lines[7]]).joined(separator: "\n"))
        expectDataError(.malformed, ["y.csv:2001:", "first on line 41"]) { _ = try DataSet.load(path: bad) }
        #expect(try DataSet.load(path: bad, DataOptions(duplicates: .first)).ratings.count == 2_000)
    }
}
