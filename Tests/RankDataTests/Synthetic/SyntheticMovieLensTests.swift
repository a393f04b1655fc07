import Foundation
import RankData
import TestSupport
import Testing

@Suite("SyntheticMovieLens")
struct SyntheticMovieLensTests {
    @Test
    func hasMovieLens100ksShape() throws {
        let set = try SyntheticMovieLens(seed: 1).generate()
        let ratings = set.ratings
        #expect(set.isSynthetic)
        #expect(set.name == "synthetic (seed 1)")
        #expect(ratings.count == 100_000)
        #expect(set.catalog.ids == Array(1...1_682))
        #expect(Set(zip(ratings.userIDs, ratings.itemIDs).map { $0 << 32 | $1 }).count == 100_000)
        #expect(Set(ratings.itemIDs) == Set(1...1_682))

        let perUser = Dictionary(grouping: ratings.userIDs, by: \.self).mapValues(\.count)
        #expect(Set(perUser.keys) == Set(1...943))
        #expect((perUser.values.min() ?? 0) >= 20)
        // The most active user of the real set has 737 ratings, its most popular film 583, its median film 27.
        #expect((500...900).contains(perUser.values.max() ?? 0))
        let perItem = Dictionary(grouping: ratings.itemIDs, by: \.self).mapValues(\.count)
        #expect((350...800).contains(perItem.values.max() ?? 0))
        #expect((15...45).contains(perItem.values.sorted()[841]))

        let histogram = (1...5).map { star in ratings.stars.count { $0 == Float(star) } }
        #expect(histogram == [6_110, 11_370, 27_145, 34_174, 21_201])
    }

    @Test
    func usersAndItemsExplainAsMuchAsInTheRealSet() throws {
        let ratings = try SyntheticMovieLens(seed: 2).generate().ratings
        func error(of keys: [UInt64]) -> Double {
            var sums: [UInt64: (total: Double, count: Double)] = [:]
            for (key, star) in zip(keys, ratings.stars) {
                let sum = sums[key] ?? (0, 0)
                sums[key] = (sum.total + Double(star), sum.count + 1)
            }
            let squares = zip(keys, ratings.stars).reduce(0.0) { result, row in
                let sum = sums[row.0] ?? (0, 1)
                let difference = Double(row.1) - sum.total / sum.count
                return result + difference * difference
            }
            return (squares / Double(ratings.count)).squareRoot()
        }
        // RMSE of the item means and of the user means over the rows they are taken from; 1.000 and 1.031 in the
        // real set, where a constant has 1.126.
        #expect((0.94...1.05).contains(error(of: Array(ratings.itemIDs))))
        #expect((0.97...1.08).contains(error(of: Array(ratings.userIDs))))
    }

    @Test
    func isTheSameForASeedOnEveryPlatformAndAnotherForAnotherSeed() throws {
        let small = try SyntheticMovieLens(seed: 5, userCount: 30, itemCount: 50, ratingCount: 800)
        #expect(small.generate() == small.generate())
        let other = try SyntheticMovieLens(seed: 6, userCount: 30, itemCount: 50, ratingCount: 800)
        #expect(other.generate().ratings != small.generate().ratings)
        let bytes = try collect(SyntheticMovieLens(seed: 42).generate().ratings.forEachCanonicalChunk)
        let sum = bytes.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
        #expect(sum == 0x80E8_5D87_CF7F_5160)
    }

    @Test(arguments: [(1, 1, 1), (1, 30, 30), (3, 30, 90), (25, 4, 100), (2, 40, 40), (2, 40, 80), (40, 60, 801)]
    )
    func meetsEverySizeItAccepts(_ users: Int, _ items: Int, _ count: Int) throws {
        let plan = try SyntheticMovieLens(seed: 9, userCount: users, itemCount: items, ratingCount: count)
        let ratings = plan.generate().ratings
        #expect(ratings.count == count)
        #expect(Set(zip(ratings.userIDs, ratings.itemIDs).map { $0 << 32 | $1 }).count == count)
        #expect(Set(ratings.itemIDs).count == items)
        #expect(Set(ratings.userIDs).count == users)
    }

    @Test(arguments: [
        (0, 10, 10), (10, 0, 10), (-1, 10, 10), (2, 40, 39), (2, 40, 81), (30, 50, 599), (.max, .max, .max),
        (1, 50, 20), (1_000_000, 1_000_000, 100_000_001),
    ]
    )
    func refusesSizesThatCannotBeMet(_ users: Int, _ items: Int, _ count: Int) {
        expectDataError(.invalidArgument, ["users", "items"]) {
            _ = try SyntheticMovieLens(seed: 9, userCount: users, itemCount: items, ratingCount: count)
        }
    }

    @Test
    func loadsAsItWasMadeAndAsSynthetic() throws {
        let plan = try SyntheticMovieLens(seed: 5, userCount: 30, itemCount: 50, ratingCount: 800)
        let directory = try TemporaryDirectory()
        let path = directory.path + "/new/deep/set"
        try plan.write(to: path)
        #expect(try DataSet.load(directory: path) == plan.generate())
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path + "/new/deep") == ["set"])
    }

    @Test
    func whatAKilledProcessOfTheSameNumberHasLeftIsInNobodysWay() throws {
        let plan = try SyntheticMovieLens(seed: 5, userCount: 3, itemCount: 30, ratingCount: 60)
        let directory = try TemporaryDirectory()
        let stale = "set.tmp-\(ProcessInfo.processInfo.processIdentifier)"
        try FileManager.default.createDirectory(
            atPath: directory.path + "/" + stale,
            withIntermediateDirectories: false
        )
        try plan.write(to: directory.path + "/set")
        #expect(directory.names == ["set", stale])
    }

    @Test
    func directoriesMadeAboveItGoWithItWhenItCannotBeWritten() throws {
        let plan = try SyntheticMovieLens(seed: 5, userCount: 3, itemCount: 30, ratingCount: 60)
        let directory = try TemporaryDirectory()
        try FileManager.default.createDirectory(atPath: directory.path + "/old", withIntermediateDirectories: false)
        // Long enough that no longer name can be made beside it.
        let name = String(repeating: "n", count: 255)
        for path in ["new/deep", "old/new", "old"] {
            expectDataError(.unwritable, ["too long"]) { try plan.write(to: "\(directory.path)/\(path)/\(name)") }
            #expect(try FileManager.default.subpathsOfDirectory(atPath: directory.path) == ["old"])
        }
    }

    @Test
    func aFullSizeSetWithoutItsMarkerIsStillNotTakenForMovieLens100k() throws {
        let directory = try TemporaryDirectory()
        try SyntheticMovieLens(seed: 1).write(to: directory.path + "/mine/")
        try FileManager.default.removeItem(atPath: directory.path + "/mine/SYNTHETIC")
        let set = try DataSet.load(directory: directory.path + "/mine")
        #expect(set.name == "mine")
    }

    @Test(arguments: ["", "seed\n", "seed x\n", "seed 18446744073709551616\n"])
    func refusesAMarkerWithoutASeed(_ text: String) throws {
        let directory = try Samples.movieLens()
        try directory.write("SYNTHETIC", text)
        expectDataError(.malformed, ["SYNTHETIC:1:", "'seed '"]) { _ = try DataSet.load(directory: directory.path) }
    }

    @Test
    func writesNothingWhereSomethingIsInTheWay() throws {
        let plan = try SyntheticMovieLens(seed: 5, userCount: 3, itemCount: 30, ratingCount: 60)
        let directory = try TemporaryDirectory()
        let file = try directory.write("file", "mine")
        let full = try Samples.movieLens().path
        for path in [file, file + "/below", full, ""] {
            expectDataError(.unwritable, path.isEmpty ? [] : [path, "elsewhere"]) { try plan.write(to: path) }
        }
        #expect(directory.names == ["file"])
        #expect(try String(contentsOfFile: full + "/u.data", encoding: .utf8) == Samples.data)
    }
}
