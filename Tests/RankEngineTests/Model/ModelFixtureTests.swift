import Foundation
import RankCore
import RankEngine
import TestSupport
import Testing

@Suite("Models written and scored by an independent script")
struct ModelFixtureTests {
    private struct Expected: Decodable {
        var model_id: String
        var vocabulary: String
        var user_ids: [String]
        var candidate_ids: [String]
        var score_bits: [UInt32]
    }

    private static let names = ["two_hidden", "every_term", "dot_only", "linear", "activated"]

    @Test(arguments: names, Kernel.supported.filter { $0.profile == .fp32FMA })
    func scores(_ name: String, _ kernel: Kernel) throws {
        let json = try readFile("\(fixtures)/model/expected.json")
        let all = try JSONDecoder().decode([String: Expected].self, from: Data(json))
        let expected = try #require(all[name])
        let model = try RankModel.load(path: "\(fixtures)/model/\(name).rank")
        #expect(model.modelID.description == expected.model_id)
        #expect(model.users.kind.rawValue == expected.vocabulary)
        #expect(model.goldenCount == 256)
        #expect(model.metadata.prior == 0.625)
        #expect(model.metadata.claimedTestRMSE == 0.25)
        for plan in ScoringPlan.allCases {
            let ranker = try model.makeRanker(plan: plan, kernel: kernel)
            var bits: [UInt32] = []
            for user in expected.user_ids {
                bits += try scores(ranker, user, expected.candidate_ids)
            }
            #expect(bits == expected.score_bits)
        }
    }

    /// The bits of each candidate's score, in the order of the list; unknown ids stand for row 0.
    private func scores(_ ranker: EmbeddingRanker, _ user: String, _ candidates: [String]) throws -> [UInt32] {
        var bits = [UInt32](repeating: 0, count: candidates.count)
        if ranker.info.hasTextIDs {
            for entry in try ranker.rank(candidates, for: user, unknownIDs: .fallback) {
                #expect(entry.isUnknown == (entry.position == 0))
                bits[entry.position] = entry.score.bitPattern
            }
        } else {
            let numbers = try candidates.map { try #require(UInt64($0)) }
            for entry in try ranker.rank(numbers, for: #require(UInt64(user)), unknownIDs: .fallback) {
                #expect(entry.isUnknown == (entry.position == 0))
                bits[entry.position] = entry.score.bitPattern
            }
        }
        return bits
    }

    @Test func negativeZeroIsReadAsZero() throws {
        var raw = try RawModel(fixture: "linear")
        for unit in 0..<4 { raw.set("dense_0.kernel", unit, to: Float(0).bitPattern) }
        raw.set("dense_0.bias", 0, to: Float(0).bitPattern)
        for pair in 0..<256 { raw.set("golden.scores", pair, to: Float(0).bitPattern) }
        let directory = try TemporaryDirectory()
        try writeFile(directory.file("zeros"), raw.sealed())
        _ = try RankModel.load(path: directory.file("zeros"))
        for unit in 0..<4 { raw.set("dense_0.kernel", unit, to: (-Float(0)).bitPattern) }
        raw.set("dense_0.bias", 0, to: (-Float(0)).bitPattern)
        try writeFile(directory.file("zeros"), raw.sealed())
        let ranker = try RankModel.load(path: directory.file("zeros")).makeRanker()
        #expect(try ranker.rank([1, 2], for: 1, unknownIDs: .fallback).map(\.score.bitPattern) == [0, 0])
    }
}
