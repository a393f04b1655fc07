import Foundation
import RankData
import TestSupport
import Testing

@Suite("DataSet")
struct DataSetTests {
    @Test("Reads MovieLens, Latin-1 titles included")
    func movieLens() throws {
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

    @Test("RecBole's form gives the same ratings, titles and canonical bytes")
    func recBole() throws {
        let one = try DataSet.load(directory: Samples.movieLens().path)
        let other = try DataSet.load(directory: Samples.recBole().path)
        #expect(other.ratings == one.ratings)
        #expect(other.catalog == one.catalog)
        #expect(collect(other.ratings.forEachCanonicalChunk) == collect(one.ratings.forEachCanonicalChunk))
    }

    @Test("The canonical stream is as documented")
    func canonical() throws {
        let ratings = try DataSet.load(directory: Samples.movieLens(data: "258\t242\t3\t7\n").path).ratings
        let expected: [UInt8] =
            Array("rank-ratings-v1\n".utf8) + [1, 0, 0, 0, 0, 0, 0, 0] + [2, 1, 0, 0, 0, 0, 0, 0]
            + [242, 0, 0, 0, 0, 0, 0, 0] + [0, 0, 0x40, 0x40]
        #expect(collect(ratings.forEachCanonicalChunk) == expected)
    }

    @Test("Columns are found by name; a missing timestamp column is no error and changes no hash")
    func columnOrder() throws {
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

    @Test("Tolerates \\r\\n, a byte order mark and a missing last line end")
    func tolerant() throws {
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

    @Test("Keeps ids of the full 64 bits")
    func largeIDs() throws {
        let set = try DataSet.load(directory: Samples.movieLens(data: "18446744073709551615\t242\t3\t0\n").path)
        #expect(set.ratings.userIDs == [.max])
    }

    @Test("Is called by its directory unless it is MovieLens-100k itself")
    func name() throws {
        let directory = try Samples.movieLens()
        let set = try DataSet.load(directory: directory.path + "/")
        #expect(set.name == directory.path.split(separator: "/").last.map(String.init))
    }

    @Test("Checks the counts of u.info", arguments: ["3 users\n4 items\n4 ratings\n", "4 ratings"])
    func info(_ info: String) throws {
        let directory = try Samples.movieLens()
        try directory.write("u.info", info)
        #expect(try DataSet.load(directory: directory.path).ratings.count == 4)
        try directory.write("u.data", Samples.data.split(separator: "\n").dropLast().joined(separator: "\n") + "\n")
        expectDataError(.inconsistent, ["u.info:", "truncated"]) { _ = try DataSet.load(directory: directory.path) }
    }

    @Test("Refuses a u.info that is something else", arguments: ["four ratings\n", "4 stars\n", "4\n"])
    func oddInfo(_ info: String) throws {
        let directory = try Samples.movieLens()
        try directory.write("u.info", info)
        expectDataError(.malformed, ["u.info:1:", "'ratings'"]) { _ = try DataSet.load(directory: directory.path) }
    }
}
