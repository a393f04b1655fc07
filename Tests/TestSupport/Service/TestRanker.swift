import RankCore
package import RankEngine

/// A clock that a test moves.
package final class TestClock {
    /// The time (ns).
    package var now: UInt64 = 1_000_000

    /// Makes a clock.
    package init() {}
}

/// A ranker whose scores a test can compute.
///
/// It knows users and candidates from 1 to 9,999, and the text ids that start with `k`. Each candidate takes the clock
/// forward.
package final class TestRanker: Ranker {
    /// The prior of the model.
    package static let prior: Float = 0.625

    /// The description of the ranker.
    package let info: RankerInfo
    private let clock: TestClock?
    private let nanosecondsPerCandidate: UInt64

    /// The position whose score is not finite.
    package var brokenPosition: Int?

    /// The candidates of each call.
    package var calls: [Range<Int>] = []

    /// Makes a ranker; with a clock, each candidate takes some time (ns).
    package init(
        hasTextIDs: Bool = false,
        featureCount: Int = 0,
        clock: TestClock? = nil,
        nanosecondsPerCandidate: UInt64 = 0
    ) {
        info = RankerInfo(
            modelID: ModelID(digest: (0..<16).map { UInt8($0 * 17) }),
            profile: .fp32FMA,
            hasTextIDs: hasTextIDs,
            featureCount: featureCount,
            prior: Self.prior,
            facts: [(key: "plan", value: "test"), (key: "kernel", value: "none")]
        )
        self.clock = clock
        self.nanosecondsPerCandidate = nanosecondsPerCandidate
        calls.reserveCapacity(1_024)
    }

    /// The score of a candidate: few different ones, so that ids and positions decide often.
    package static func score(_ candidate: UInt64, user: UInt64) -> Float {
        isKnown(candidate) ? Float((candidate &* 7 &+ user) % 5) / 8 : 0.0625
    }

    /// Whether the ranker knows an id.
    package static func isKnown(_ id: UInt64) -> Bool { (1..<10_000).contains(id) }

    /// Scores candidates; see `Ranker`.
    package func score(
        _ query: RankQuery,
        candidates: Range<Int>,
        scores: UnsafeMutableBufferPointer<Float>,
        unknown: UnsafeMutableBufferPointer<Bool>
    ) throws(EngineError) -> ScoreOutcome {
        if calls.count < calls.capacity { calls.append(candidates) }
        var outcome = ScoreOutcome(isUserKnown: true, unknownCount: 0)
        var user: UInt64 = 0
        switch query.user {
        case .number(let number):
            user = number
            outcome.isUserKnown = Self.isKnown(number)
        case .text(let text): outcome.isUserKnown = text.first == UInt8(ascii: "k")
        }
        for (index, position) in candidates.enumerated() {
            if position == brokenPosition {
                throw EngineError(.scoreNotFinite, "candidate \(position) scores nan", position: position)
            }
            let isKnown: Bool
            switch query.candidates {
            case .numbers(let bytes):
                let id = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8 * position, as: UInt64.self))
                isKnown = Self.isKnown(id)
                scores[index] = Self.score(id, user: user)
            case .texts(let offsets, let text):
                let start = offsets.loadUnaligned(fromByteOffset: 4 * position, as: UInt32.self)
                let end = offsets.loadUnaligned(fromByteOffset: 4 * position + 4, as: UInt32.self)
                isKnown = text[Int(UInt32(littleEndian: start))] == UInt8(ascii: "k")
                scores[index] = Float(end &- start) / 16
            }
            unknown[index] = !isKnown
            if !isKnown { outcome.unknownCount += 1 }
        }
        clock?.now += UInt64(candidates.count) * nanosecondsPerCandidate
        return outcome
    }
}
