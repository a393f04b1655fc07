import RankCore
import RankEngine
import RankService
import RankSystem
import Synchronization
import TestSupport

/// A ranker that is stuck while its gate is closed: a scorer with a defect.
final class GateRanker: Ranker {
    /// What holds it.
    final class Gate: Sendable {
        let isClosed = Atomic(false)
        /// Whether a request stands before it.
        let isReached = Atomic(false)
    }

    let info = RankerInfo(
        modelID: .unspecified,
        profile: .fp32FMA,
        hasTextIDs: false,
        prior: 0,
        facts: [(key: "plan", value: "gate \"1\"")]
    )
    private let gate: Gate

    init(_ gate: Gate) {
        self.gate = gate
    }

    func score(
        _ query: RankQuery,
        candidates: Range<Int>,
        scores: UnsafeMutableBufferPointer<Float>,
        unknown: UnsafeMutableBufferPointer<Bool>
    ) throws(EngineError) -> ScoreOutcome {
        while gate.isClosed.load(ordering: .acquiring) {
            gate.isReached.store(true, ordering: .releasing)
            usleep(1_000)
        }
        for index in 0..<candidates.count {
            scores[index] = 0
            unknown[index] = false
        }
        return ScoreOutcome(isUserKnown: true, unknownCount: 0)
    }
}
