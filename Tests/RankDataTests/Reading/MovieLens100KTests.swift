import Foundation
import RankData
import TestSupport
import Testing

extension Repository {
    fileprivate static let data = file("data/ml-100k")
    fileprivate static let hasData = FileManager.default.fileExists(atPath: data)
}

/// Checks on the real data, where `tools/fetch-movielens` has put it; its licence keeps it out of the repository.
@Suite("MovieLens-100k", .enabled(if: Repository.hasData, "tools/fetch-movielens has not been run"))
struct MovieLens100KTests {
    @Test
    func hasThePublishedShapeAndTheOddTitlesOfTheOriginal() throws {
        let set = try DataSet.load(directory: Repository.data)
        #expect(set.name == "MovieLens-100k")
        #expect(!set.isSynthetic)
        #expect(set.ratings.count == 100_000)
        #expect(Set(set.ratings.userIDs) == Set(1...943))
        #expect(set.catalog.ids == Array(1...1_682))
        let histogram = (1...5).map { star in set.ratings.stars.count { $0 == Float(star) } }
        #expect(histogram == [6_110, 11_370, 27_145, 34_174, 21_201])
        #expect(set.catalog.title(of: 1) == "Toy Story (1995)")
        #expect(set.catalog.title(of: 267) == "unknown")
        #expect(set.catalog.title(of: 1_005) == "Double vie de Véronique, La (Double Life of Veronique, The) (1991)")
        let landBeforeTime = "Land Before Time III: The Time of the Great Giving (1995) (V)"
        #expect(set.catalog.title(of: 1_412) == landBeforeTime)
    }

    @Test
    func seedsGiveTheTestSetsThatNumPyGives() throws {
        let ratings = try DataSet.load(directory: Repository.data).ratings
        let lines = try Repository.text("Tests/Fixtures/numpy/movielens.txt").split(separator: "\n")
        #expect(lines.count == 5)
        for line in lines {
            let numbers = line.split(separator: " ").compactMap { UInt64($0) }
            let split = try SplitSpec.seed(numbers[0]).resolve(ratings)
            #expect(split.trainingRows.count == 80_000)
            let sum = collect(split.forEachCanonicalChunk).reduce(0xCBF2_9CE4_8422_2325 as UInt64) {
                ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3
            }
            #expect(sum == numbers[1], "seed \(numbers[0])")
        }
    }
}
