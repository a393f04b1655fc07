import Foundation
import RankData
import TestSupport
import Testing

@Suite("DataSet")
struct DataSetTests {
    @Test
    func readsMovieLensLatin1TitlesIncluded() throws {
        let set = try DataSet.load(directory: Samples.movieLens().path)
        #expect(set.ratings.userIDs == [196, 186, 196, 22])
        #expect(set.ratings.itemIDs == [242, 1412, 267, 242])
        #expect(set.ratings.stars == [3, 5, 1, 4])
        #expect(set.ratings.timestamps == [881_250_949, 891_717_742, 878_887_116, 1])
        #expect(set.catalog.ids == [242, 267, 1005, 1412])
        #expect(set.catalog.title(of: 1005) == "Double vie de Véronique, La (1991)")
        #expect(set.catalog.title(of: 9) == nil)
        #expect(!set.isSynthetic)
        #expect(set.ratings.items(ratedBy: 196) == [242, 267])
        #expect(set.ratings.items(ratedBy: 5).isEmpty)
    }

    @Test
    func recBolesFormGivesTheSameRatingsTitlesAndCanonicalBytes() throws {
        let one = try DataSet.load(directory: Samples.movieLens().path)
        let other = try DataSet.load(directory: Samples.recBole().path)
        #expect(other.ratings == one.ratings)
        #expect(other.catalog == one.catalog)
        #expect(collect(other.ratings.forEachCanonicalChunk) == collect(one.ratings.forEachCanonicalChunk))
    }

    @Test
    func theCanonicalStreamIsAsDocumented() throws {
        let ratings = try DataSet.load(directory: Samples.movieLens(data: "258\t242\t3\t7\n").path).ratings
        let expected: [UInt8] =
            Array("rank-ratings-v1\n".utf8) + [1, 0, 0, 0, 0, 0, 0, 0] + [2, 1, 0, 0, 0, 0, 0, 0]
            + [242, 0, 0, 0, 0, 0, 0, 0] + [0, 0, 0x40, 0x40]
        #expect(collect(ratings.forEachCanonicalChunk) == expected)
    }

    @Test
    func columnsAreFoundByNameAMissingTimestampColumnIsNoErrorAndChangesNoHash() throws {
        let inter = "rating:float\textra:token\titem_id:token\tuser_id:token\n3.5\tx\t242\t7\n"
        let set = try DataSet.load(directory: Samples.recBole(inter: inter).path)
        #expect(set.ratings.userIDs == [7])
        #expect(set.ratings.itemIDs == [242])
        #expect(set.ratings.stars == [3.5])
        #expect(set.ratings.timestamps == nil)
        let timed = "user_id:token\titem_id:token\trating:float\ttimestamp:float\n7\t242\t3.5\t8.5e8\n"
        let other = try DataSet.load(directory: Samples.recBole(inter: timed).path)
        #expect(other.ratings.timestamps == [850_000_000])
        #expect(collect(other.ratings.forEachCanonicalChunk) == collect(set.ratings.forEachCanonicalChunk))
    }

    @Test
    func toleratesRNAByteOrderMarkAndAMissingLastLineEnd() throws {
        let plain = try DataSet.load(directory: Samples.recBole().path)
        func disturbed(_ text: String) -> String {
            "\u{FEFF}" + text.dropLast().replacingOccurrences(of: "\n", with: "\r\n")
        }
        let set = try DataSet.load(
            directory: Samples.recBole(inter: disturbed(Samples.inter), item: disturbed(Samples.atomicItem)).path
        )
        #expect(set.ratings == plain.ratings)
        #expect(set.catalog == plain.catalog)
    }

    @Test
    func keepsIdsOfTheFull64Bits() throws {
        let set = try DataSet.load(directory: Samples.movieLens(data: "18446744073709551615\t242\t3\t0\n").path)
        #expect(set.ratings.userIDs == [.max])
    }

    @Test
    func isCalledByItsDirectoryUnlessItIsMovieLens100kItself() throws {
        let directory = try Samples.movieLens()
        let set = try DataSet.load(directory: directory.path + "/")
        #expect(set.name == directory.path.split(separator: "/").last.map(String.init))
    }

    @Test(arguments: ["3 users\n4 items\n4 ratings\n", "4 ratings"])
    func checksTheCountsOfUInfo(_ info: String) throws {
        let directory = try Samples.movieLens()
        try directory.write("u.info", info)
        #expect(try DataSet.load(directory: directory.path).ratings.count == 4)
        try directory.write("u.data", Samples.data.split(separator: "\n").dropLast().joined(separator: "\n") + "\n")
        expectDataError(.inconsistent, ["u.info:", "truncated"]) { _ = try DataSet.load(directory: directory.path) }
    }

    @Test(arguments: ["four ratings\n", "4 stars\n", "4\n"])
    func refusesAUInfoThatIsSomethingElse(_ info: String) throws {
        let directory = try Samples.movieLens()
        try directory.write("u.info", info)
        expectDataError(.malformed, ["u.info:1:", "'ratings'"]) { _ = try DataSet.load(directory: directory.path) }
    }
}
