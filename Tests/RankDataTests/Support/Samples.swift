import Foundation
import RankData
import TestSupport
import Testing

/// Small data sets in both forms; the titles are those of the catalogue's odd cases.
enum Samples {
    static let data = "196\t242\t3\t881250949\n186\t1412\t5\t891717742\n196\t267\t1\t878887116\n22\t242\t4\t1\n"
    static let item = [
        movie(242, "Kolya (1996)"), movie(267, "unknown"), movie(1005, "Double vie de Véronique, La (1991)"),
        movie(1412, "Land Before Time III: The Time of the Great Giving (1995) (V)"),
    ].joined()
    static let inter = "user_id:token\titem_id:token\trating:float\ttimestamp:float\n" + data
    static let atomicItem = """
        item_id:token\tmovie_title:token_seq\trelease_year:token\tclass:token_seq
        242\tKolya\t1996\tComedy
        267\tunkonwn\tunkonwn\tunknown
        1005\tDouble vie de Véronique, La\t1991\tDrama
        1412\tLand Before Time III: The Time of the Great Giving (1995)\tV\tAnimation Children's

        """

    static func movie(_ id: Int, _ title: String) -> String {
        "\(id)|\(title)|01-Jan-1995||http://us.imdb.com/|0|0|0|1|1|1|0|0|0|0|0|0|0|0|0|0|0|0|0\n"
    }

    static func movieLens(data: String? = data, item: String? = item) throws -> TemporaryDirectory {
        let directory = try TemporaryDirectory()
        if let data { try directory.write("u.data", data) }
        if let item { try directory.write("u.item", item, encoding: .isoLatin1) }
        return directory
    }

    static func recBole(inter: String? = inter, item: String? = atomicItem) throws -> TemporaryDirectory {
        let directory = try TemporaryDirectory()
        if let inter { try directory.write("ml.inter", inter) }
        if let item { try directory.write("ml.item", item) }
        return directory
    }

    /// Ratings with the given pairs, 3 stars each, through a directory.
    static func ratings(_ pairs: [(Int, Int)]) throws -> Ratings {
        let data = pairs.map { "\($0.0)\t\($0.1)\t3\t0\n" }.joined()
        let items = Set(pairs.map(\.1)).sorted().map { movie($0, "Movie \($0) (1990)") }.joined()
        return try DataSet.load(directory: movieLens(data: data, item: items).path).ratings
    }
}

/// The bytes that a canonical stream hands out.
func collect(_ stream: (([UInt8]) -> Void) -> Void) -> [UInt8] {
    var bytes: [UInt8] = []
    stream { bytes += $0 }
    return bytes
}

/// Expects a `DataError` with a code and a message that holds all `fragments`.
func expectDataError(
    _ code: DataError.Code,
    _ fragments: [String],
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () throws -> Void
) {
    let error = #expect(throws: DataError.self, sourceLocation: sourceLocation) { try body() }
    guard let error else { return }
    #expect(error.code == code, "\(error)", sourceLocation: sourceLocation)
    for fragment in fragments {
        #expect(error.message.contains(fragment), "'\(fragment)' in: \(error)", sourceLocation: sourceLocation)
    }
}
