import RankCore
import RankEngine
import TestSupport
import Testing

/// Model files that are written in place while their model is in use.
@Suite("Writing in place", .timeLimit(.minutes(1)))
struct WritingInPlaceTests {
    private static func write(in directory: TemporaryDirectory) throws -> String {
        let path = directory.file("model")
        _ = try ModelSpec(users: 50, candidates: 5_000).draft().write(to: path)
        return path
    }

    @Test(arguments: [0, 3, 100_000])
    func byDefaultAFileIsCopiedAndNothingThatHappensToItChangesAScore(_ byteCount: Int) throws {
        let directory = try TemporaryDirectory()
        let path = try Self.write(in: directory)
        let model = try RankModel.load(path: path)
        #expect(model.placement == .copied)
        let ids = (0...5_000 as ClosedRange<UInt64>).map { $0 }
        let expected = try model.makeRanker(plan: .direct).rank(ids, for: 1, unknownIDs: .fallback).map(
            \.score.bitPattern
        )
        try writeFile(path, [UInt8](repeating: 7, count: byteCount))
        let found = try model.makeRanker(plan: .direct).rank(ids, for: 1, unknownIDs: .fallback).map(\.score.bitPattern)
        #expect(found == expected)
    }
}
