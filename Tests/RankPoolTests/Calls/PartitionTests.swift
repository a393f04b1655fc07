import RankCore
import RankPool
import RankProtocol
import TestSupport
import Testing

@Suite struct PartitionTests {
    @Test(arguments: 0..<300)
    func partsHoldEveryCandidateOnceAndFitTheLimits(_ seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let isText = Bool.random(using: &random)
        let width = Int.random(in: 0...2, using: &random)
        let given = [0, 0, 3, 5][Int.random(in: 0..<4, using: &random)]
        let counts = (0..<Int.random(in: 1...5, using: &random)).map { _ in Int.random(in: 0...50, using: &random) }
        let queries = counts.map { count in
            isText
                ? QueryIDs.text(
                    user: String(repeating: "u", count: .random(in: 1...30, using: &random)),
                    candidates: (0..<count).map { String(repeating: "c", count: 1 + $0 % 17) }
                )
                : QueryIDs.numbers(user: 1, candidates: (0..<count).map { UInt64($0) })
        }
        let work = ScoreWork(
            queries: queries,
            features: counts.map { [Float](repeating: 1, count: $0 * width) },
            queryFeatures: counts.indices.map { [Float](repeating: Float($0), count: given) },
            parameters: ScoreParameters(idKind: isText ? .utf8 : .u64, featureCount: UInt32(width))
        )
        let limits = FrameLimits(
            messageBytes: .random(in: 250...3_000, using: &random),
            candidates: .random(in: 1...60, using: &random),
            queries: .random(in: 1...4, using: &random)
        )
        let wanted = Int.random(in: 0...9, using: &random)
        let parts = try Partition.split(work, limits: limits, into: wanted)
        #expect(parts.count >= min(wanted, work.candidateCount))
        var next = [Int](repeating: 0, count: counts.count)
        for slice in parts.joined() {
            #expect(slice.range.lowerBound == next[slice.query])
            next[slice.query] = slice.range.upperBound
        }
        #expect(next == counts)
        #expect(Set(parts.joined().map(\.query)) == Set(counts.indices))
        var writer = FrameWriter()
        for part in parts {
            work.encode(part, header: RequestHeader(id: RequestID(rawValue: 1), kind: .score), into: &writer)
            // The answer of a worker with these limits.
            let request = try RequestFrame(decoding: writer.bytes, limits: limits).score(limits: limits)
            #expect(request.candidateCount == part.reduce(0) { $0 + $1.range.count })
            #expect(request.queryCount == part.count)
            #expect(request.queryFeatures?.count ?? 0 == given)
            for (index, slice) in part.enumerated() {
                guard let features = request.queryFeatures else { continue }
                let row = features.bytes(ofQuery: index, in: writer.bytes)
                var floats: [Float] = []
                for place in 0..<given {
                    floats.append(row.unsafeLoadUnaligned(fromByteOffset: 4 * place, as: Float.self))
                }
                #expect(floats == [Float](repeating: Float(slice.query), count: given))
            }
        }
    }

    @Test(arguments: [FrameLimits(messageBytes: 100), FrameLimits(candidates: 0)])
    func refusesACandidateOverTheLimits(_ limits: FrameLimits) {
        let work = ScoreWork(queries: [.numbers(user: 1, candidates: [1, 2])], parameters: ScoreParameters())
        let error = #expect(throws: PoolError.self) { try Partition.split(work, limits: limits, into: 1) }
        #expect(error?.code == .invalidArgument)
        #expect(error?.message.contains("max_") == true)
    }

    @Test func featuresOfQueriesBoundTheQueriesOfARequest() throws {
        let work = ScoreWork(
            queries: (0..<10).map { .numbers(user: $0, candidates: [1]) },
            queryFeatures: [[Float]](repeating: [Float](repeating: 1, count: 500), count: 10),
            parameters: ScoreParameters()
        )
        let parts = try Partition.split(work, limits: .default, into: 1)
        #expect(parts.map(\.count) == [2, 2, 2, 2, 2])
    }
}
