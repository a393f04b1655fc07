import RankCore
package import RankEngine

/// A ranker that reads the ids and computes nothing, to measure what serving costs without scoring.
///
/// The score is the last byte of the id, or of a text's hash, over 256; no id is unknown. Each candidate may be given a
/// cost: the thread then sleeps for that time, as if a slower machine computed.
package final class NullRanker: Ranker {
    /// The description of the ranker: a model and a profile of its own, so that a client accepts its replies.
    package let info: RankerInfo

    private let nanosecondsPerCandidate: Int64
    private var work = PretendedWork()

    /// Makes a null ranker for one kind of ids.
    ///
    /// - Parameters:
    ///   - hasTextIDs: Whether ids are text.
    ///   - costPerCandidate: How long each candidate takes, up to 1 s; 0 adds no time.
    package init(hasTextIDs: Bool = false, costPerCandidate: Duration = .zero) {
        nanosecondsPerCandidate = Int64(max(0, min(costPerCandidate / .nanoseconds(1), 1e9)))
        info = RankerInfo(
            modelID: ModelID(digest: "null-ranker".utf8),
            profile: NumericProfile(plugin: "none"),
            profileName: "none",
            hasTextIDs: hasTextIDs,
            prior: 0,
            facts: [
                (key: "profile", value: "none"),
                (key: "kernel", value: "none"),
                (key: "plan", value: "null"),
                (key: "architecture", value: "null"),
                (key: "id_kind", value: hasTextIDs ? "utf8" : "u64"),
                (key: "features", value: "0"),
            ]
        )
    }

    /// Reads every id; see ``Ranker``.
    package func score(
        _ query: RankQuery,
        candidates: Range<Int>,
        scores: UnsafeMutableBufferPointer<Float>,
        unknown: UnsafeMutableBufferPointer<Bool>
    ) throws(EngineError) -> ScoreOutcome {
        guard candidates.lowerBound >= 0, unsafe candidates.upperBound <= query.candidateCount,
            candidates.count <= min(scores.count, unknown.count)
        else { throw EngineError(.invalidQuery, "the candidates asked for do not lie in the query or the buffers") }
        switch unsafe query.candidates {
        case .numbers(let bytes):
            if let numbers = bytes.baseAddress, let target = scores.baseAddress {
                unsafe Self.score(numbers + 8 * candidates.lowerBound, candidates.count, into: target)
            }
        case .texts(let offsets, let text):
            for (index, position) in candidates.enumerated() {
                guard let id = unsafe RankQuery.Candidates.text(offsets: offsets, text: text, position) else {
                    throw EngineError(.invalidQuery, "an id does not lie in the text", position: position)
                }
                unsafe scores[index] = Self.score(IDLookup.hash(id))
            }
        }
        unsafe UnsafeMutableBufferPointer(rebasing: unknown[..<candidates.count]).update(repeating: false)
        if nanosecondsPerCandidate > 0 {
            work.spend(Int64(min(Double(nanosecondsPerCandidate) * Double(candidates.count), 1e15)))
        }
        return ScoreOutcome(isUserKnown: true, unknownCount: 0)
    }

    /// Eight ids at a time, so that a measurement of serving is not one of this loop.
    private static func score(_ numbers: UnsafeRawPointer, _ count: Int, into scores: UnsafeMutablePointer<Float>) {
        var index = 0
        while index &+ 8 <= count {
            let ids = unsafe numbers.loadUnaligned(fromByteOffset: 8 &* index, as: SIMD16<Int32>.self)
            // The lower halves come first: the codec is for little-endian machines alone.
            let values = SIMD8<Float>(ids.evenHalf & 255) / 256
            unsafe UnsafeMutableRawPointer(scores + index).storeBytes(of: values, as: SIMD8<Float>.self)
            index &+= 8
        }
        while index < count {
            let number = unsafe numbers.loadUnaligned(fromByteOffset: 8 &* index, as: UInt64.self)
            unsafe scores[index] = score(UInt64(littleEndian: number))
            index &+= 1
        }
    }

    private static func score(_ number: UInt64) -> Float { Float(UInt8(truncatingIfNeeded: number)) / 256 }
}
