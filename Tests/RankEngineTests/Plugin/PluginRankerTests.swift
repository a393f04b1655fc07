import RankCore
import RankEngine
import TestSupport
import Testing

/// The queries to a plugin, and the checks of its answers.
@Suite("PluginRanker: scoring", .timeLimit(.minutes(5)))
struct PluginRankerTests {
    /// Ids of both kinds, and no features or three.
    static let kinds: [[String: String]] = [
        [:], ["features": "3"], ["kind": "utf8"], ["kind": "utf8", "features": "3"],
    ]

    private struct Answer: Equatable {
        var scores: [UInt32]
        var unknown: [Bool]
        var isUserKnown: Bool
        var unknownCount: Int
    }

    /// Bytes in memory at an address of a given remainder modulo 8.
    private static func withBytes<Value>(
        _ bytes: [UInt8],
        at shift: Int,
        _ body: (UnsafeRawBufferPointer) throws -> Value
    ) rethrows -> Value {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count + 16, alignment: 8)
        defer { memory.deallocate() }
        let part = UnsafeMutableRawBufferPointer(rebasing: memory[shift..<(shift + bytes.count)])
        part.copyBytes(from: bytes)
        return try body(UnsafeRawBufferPointer(part))
    }

    /// Scores candidates in parts from given starts, with ids and features at a given distance from alignment.
    private static func score(
        _ ranker: PluginRanker,
        count: Int,
        cuts: [Int] = [],
        shift: Int = 0,
        user: UInt64 = 5
    ) throws -> Answer {
        let width = ranker.info.featureCount
        let features = (0..<(count * width)).flatMap { littleEndian(Float($0).bitPattern) }
        let ids = (0..<UInt64(count)).map { $0 &* 7 }
        let texts = ids.map { "item \($0)" }
        let offsets = texts.reduce(into: [UInt32(0)]) { $0.append($0[$0.count - 1] + UInt32($1.utf8.count)) }
        var scores = [Float](repeating: 0, count: count)
        var unknown = [Bool](repeating: true, count: count)
        var isUserKnown = true
        var unknownCount = 0
        try withBytes(features, at: shift) { features in
            try withBytes(ranker.info.hasTextIDs ? offsets.flatMap(littleEndian) : ids.flatMap(littleEndian), at: shift)
            {
                ids in
                try withBytes(Array(texts.joined().utf8), at: shift) { text in
                    try withBytes(Array("user \(user)".utf8), at: shift) { name in
                        let query = RankQuery(
                            user: ranker.info.hasTextIDs ? .text(name) : .number(user),
                            candidates: ranker.info.hasTextIDs ? .texts(offsets: ids, text: text) : .numbers(ids),
                            features: features,
                            featureCount: width
                        )
                        let bounds = [0] + cuts + [count]
                        for (start, end) in zip(bounds, bounds.dropFirst()) {
                            let outcome = try scores.withUnsafeMutableBufferPointer { scores in
                                try unknown.withUnsafeMutableBufferPointer { unknown in
                                    try ranker.score(
                                        query,
                                        candidates: start..<end,
                                        scores: UnsafeMutableBufferPointer(rebasing: scores[start..<end]),
                                        unknown: UnsafeMutableBufferPointer(rebasing: unknown[start..<end])
                                    )
                                }
                            }
                            isUserKnown = outcome.isUserKnown
                            unknownCount += outcome.unknownCount
                        }
                    }
                }
            }
        }
        return Answer(
            scores: scores.map(\.bitPattern),
            unknown: unknown,
            isUserKnown: isUserKnown,
            unknownCount: unknownCount
        )
    }

    @Test(arguments: kinds)
    func theSameBitsInAnyPartsWhereverIdsAndFeaturesLie(options: [String: String]) throws {
        let ranker = try MisbehavingPlugin.ranker("", options)
        let whole = try Self.score(ranker, count: 700)
        #expect(Set(whole.scores).count > 600)
        #expect(whole.unknownCount == whole.unknown.filter { $0 }.count)
        #expect(whole.unknownCount > 0 && whole.unknownCount < 700)
        for (shift, cuts) in [(0, [1, 2, 350]), (1, []), (3, [13]), (4, [0, 699]), (7, [8, 8, 16])] {
            #expect(try Self.score(ranker, count: 700, cuts: cuts, shift: shift) == whole)
        }
        #expect(try Self.score(ranker, count: 0).scores.isEmpty)
        // Another instance gives the same description.
        #expect(try Self.score(MisbehavingPlugin.ranker("", options), count: 700) == whole)
    }

    @Test
    func anUnknownUserIsTold() throws {
        let ranker = try MisbehavingPlugin.ranker()
        #expect(try Self.score(ranker, count: 3, user: 6).isUserKnown)
        #expect(try !Self.score(ranker, count: 3, user: 7).isUserKnown)
        #expect(try !Self.score(ranker, count: 0, user: 7).isUserKnown)
    }

    @Test
    func scoresThatAreNotFiniteAndFailuresAreRefusedWithThePluginsNameAndThePosition() throws {
        let ids: [UInt64] = [1, 2, 1_000_003, 4]
        for (does, text) in [("nan", "scores nan"), ("infinity", "scores -inf")] {
            let error = engineError { _ = try MisbehavingPlugin.ranker(does).rank(ids, for: 1, unknownIDs: .fallback) }
            #expect(error?.code == .scoreNotFinite && error?.position == 2)
            #expect(error?.message.hasPrefix("plugin misbehaving/0.1 (") == true)
            #expect(error?.message.hasSuffix("candidate 2, id 1000003, \(text)") == true)
        }
        let ranker = try MisbehavingPlugin.ranker("fail-one")
        let error = engineError { _ = try ranker.rank(ids, for: 1, unknownIDs: .fallback) }
        #expect(error?.code == .pluginFailed)
        #expect(error?.message.hasSuffix("failed: that one again") == true)
        let refusal = engineError {
            _ = try MisbehavingPlugin.ranker("refuse-one").rank(ids, for: 1, unknownIDs: .fallback)
        }
        #expect(refusal?.code == .invalidQuery)
        #expect(refusal?.message.hasSuffix("refuses the query: not this one") == true)
        // The ranker still serves.
        #expect(try ranker.rank([1, 2], for: 1, unknownIDs: .fallback).count == 2)
    }

    @Test(arguments: ["u64", "utf8"])
    func featuresOfTheQueryAreTheFirstOnesOfEveryRow(_ kind: String) throws {
        let ranker = try MisbehavingPlugin.ranker("", ["features": "3", "kind": kind])
        #expect(ranker.info.queryColumns == .first)
        func scores(_ features: [Float], _ query: [Float]) throws -> [UInt32] {
            let list =
                ranker.info.hasTextIDs
                ? try ranker.scores(of: ["a", "b"], for: "u", features: features, queryFeatures: query)
                : try ranker.scores(of: [8, 9], for: 1, features: features, queryFeatures: query)
            return list.map(\.bitPattern)
        }
        let whole = try scores([1, 2, 3, 1, 2, 4], [])
        #expect(try scores([3, 4], [1, 2]) == whole)
        #expect(try scores([2, 3, 2, 4], [1]) == whole)
        #expect(try scores([], [1, 2, 3]) == scores([1, 2, 3, 1, 2, 3], []))
        #expect(
            engineError { _ = try scores([1, 2, 3, 4], [1, 2]) }?.message
                .contains("2 features of the query and 2 per candidate, this model wants 3 together") == true
        )
        #expect(engineError { _ = try scores([3, 4], [1, .infinity]) }?.code == .invalidQuery)
    }

    @Test
    func queriesThatDoNotFitAreRefusedBeforeThePluginSeesThem() throws {
        let numbers = try MisbehavingPlugin.ranker("", ["features": "3"])
        let texts = try MisbehavingPlugin.ranker("", ["kind": "utf8"])
        func message(_ body: () throws -> Void) -> String {
            let error = engineError(body)
            return error?.code == .invalidQuery ? error?.message ?? "" : "no refusal"
        }
        #expect(message { _ = try numbers.rank([1, 2], for: 1, unknownIDs: .fallback) }.contains("wants 3"))
        let features = [Float](repeating: 0, count: 6)
        #expect(
            message { _ = try numbers.rank([1], for: 1, features: features, unknownIDs: .fallback) }.contains("wants 3")
        )
        #expect(
            message { _ = try numbers.rank([1, 2, 3, 4], for: 1, features: features, unknownIDs: .fallback) }.contains(
                "6 features"
            )
        )
        #expect(
            message { _ = try texts.rank(["a"], for: "a", features: [1], unknownIDs: .fallback) }.contains("wants 0")
        )
        #expect(message { _ = try texts.rank([1], for: 1, unknownIDs: .fallback) }.contains("UTF-8"))
        #expect(
            message { _ = try numbers.rank(["a", "b"], for: "a", features: features, unknownIDs: .fallback) }.contains(
                "64-bit"
            )
        )
        // Offsets that run backwards or out of the text.
        for offsets in [[0, 2, 1] as [UInt32], [0, 1, 9], [3, 2, 3]] {
            let bytes = offsets.flatMap(littleEndian)
            let text = message {
                try bytes.withUnsafeBytes { bytes in
                    try Array("abc".utf8).withUnsafeBytes { text in
                        let scores = UnsafeMutableBufferPointer<Float>.allocate(capacity: 2)
                        let unknown = UnsafeMutableBufferPointer<Bool>.allocate(capacity: 2)
                        defer {
                            scores.deallocate()
                            unknown.deallocate()
                        }
                        _ = try texts.score(
                            RankQuery(user: .text(text), candidates: .texts(offsets: bytes, text: text)),
                            candidates: 0..<2,
                            scores: scores,
                            unknown: unknown
                        )
                    }
                }
            }
            #expect(text.contains("do not lie in the text"))
        }
    }
}
