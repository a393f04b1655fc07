import RankCore
import RankEngine

/// Scores a number by its last byte, as `rank-worker serve --ranker null` does, in this process: what a call costs that
/// computes nothing.
final class LastByteRanker: Ranker {
    let info = RankerInfo(
        modelID: ModelID(digest: "null-ranker".utf8),
        profile: .fp32FMA,
        hasTextIDs: false,
        prior: 0,
        facts: []
    )

    func score(
        _ query: RankQuery,
        candidates: Range<Int>,
        scores: UnsafeMutableBufferPointer<Float>,
        unknown: UnsafeMutableBufferPointer<Bool>
    ) throws(EngineError) -> ScoreOutcome {
        guard case .numbers(let bytes) = query.candidates, let base = bytes.baseAddress else {
            return ScoreOutcome(isUserKnown: true, unknownCount: 0)
        }
        let numbers = base + 8 * candidates.lowerBound
        var index = 0
        // Eight ids at a time, so that the measurement is one of the call and not of this loop.
        while index &+ 8 <= candidates.count {
            let ids = numbers.loadUnaligned(fromByteOffset: 8 &* index, as: SIMD16<Int32>.self)
            let values = SIMD8<Float>(ids.evenHalf & 255) / 256
            for lane in 0..<8 { scores[index &+ lane] = values[lane] }
            index &+= 8
        }
        while index < candidates.count {
            let id = numbers.loadUnaligned(fromByteOffset: 8 &* index, as: UInt64.self)
            scores[index] = Float(UInt8(truncatingIfNeeded: id)) / 256
            index &+= 1
        }
        UnsafeMutableBufferPointer(rebasing: unknown[..<candidates.count]).update(repeating: false)
        return ScoreOutcome(isUserKnown: true, unknownCount: 0)
    }
}
