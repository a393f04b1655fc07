import RankCore
import RankEngine
import RankService
import RankSystem
import Synchronization

/// How many rankers live.
final class Census: Sendable {
    let count = Atomic(0)

    /// How many were made.
    let made = Atomic(0)

    /// The most that lived when a load began.
    let most = Atomic(0)
}

/// A model whose scores all are its number, and whose id is made of it.
final class NumberRanker: Ranker {
    let info: RankerInfo
    private let number: UInt8
    private let census: Census

    init(_ number: UInt8, census: Census) {
        self.number = number
        self.census = census
        info = RankerInfo(
            modelID: ModelID(digest: Array(repeating: number, count: 16)),
            profile: .fp32FMA,
            hasTextIDs: number > 200,
            prior: 0,
            facts: [(key: "plan", value: "number \(number)")]
        )
        census.count.add(1, ordering: .relaxed)
        census.made.add(1, ordering: .relaxed)
    }

    deinit {
        census.count.subtract(1, ordering: .relaxed)
    }

    func score(
        _ query: RankQuery,
        candidates: Range<Int>,
        scores: UnsafeMutableBufferPointer<Float>,
        unknown: UnsafeMutableBufferPointer<Bool>
    ) throws(EngineError) -> ScoreOutcome {
        for index in 0..<candidates.count {
            // Some work, so that a list is in work for a while.
            var value = Float(number)
            for _ in 0..<100 { value = (value * 3).squareRoot() }
            scores[index] = value > 0 ? Float(number) : value
            unknown[index] = false
        }
        return ScoreOutcome(isUserKnown: true, unknownCount: 0)
    }
}

extension ModelSupply {
    /// Models whose number is the size of their file: 0 is refused, and over 200 ids are texts.
    ///
    /// - Parameters:
    ///   - source: Where the files are.
    ///   - census: Counts the rankers.
    ///   - leaks: Whether each ranker is kept for ever, as a defect would.
    /// - Returns: The supply.
    static func numbers(_ source: ModelSource, _ census: Census = Census(), leaks: Bool = false) -> ModelSupply {
        ModelSupply(source) { path throws(EngineError) in
            let number = FileIdentity(path: path).map { UInt8(clamping: $0.size) } ?? 0
            guard number > 0 else { throw EngineError(.modelRefused, "\(path): it is empty") }
            census.most.max(census.count.load(ordering: .relaxed), ordering: .relaxed)
            let ranker = NumberRanker(number, census: census)
            if leaks { _ = Unmanaged.passRetained(ranker) }
            return ranker
        }
    }
}
