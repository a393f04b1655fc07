import CLoad
import RankEngine

/// The same requests scored in this process: what the worker's answers cost without any transport.
final class InProcess {
    private let ranker: any Ranker
    private let requests: BareRequests
    private let scores: UnsafeMutableBufferPointer<Float>
    private let unknown: UnsafeMutableBufferPointer<Bool>

    init(_ ranker: any Ranker, _ requests: BareRequests) {
        self.ranker = ranker
        self.requests = requests
        scores = .allocate(capacity: requests.candidateCount)
        unknown = .allocate(capacity: requests.candidateCount)
    }

    deinit {
        scores.deallocate()
        unknown.deallocate()
    }

    /// Scores requests in turn and returns the time of each, in nanoseconds.
    ///
    /// - Parameters:
    ///   - rounds: How many.
    ///   - first: Which request is the first.
    /// - Returns: The times.
    /// - Throws: What the ranker throws.
    func run(rounds: Int, from first: Int = 0) throws -> [UInt64] {
        try (0..<rounds).map { round in
            let start = rank_load_now()
            try score((first + round) % requests.variants)
            return rank_load_now() - start
        }
    }

    /// The bits of the scores of one request.
    func bits(of variant: Int) throws -> [UInt32] {
        try score(variant)
        return scores.map(\.bitPattern)
    }

    /// A list with its scores.
    struct Sample {
        let user: UInt64
        let candidates: [UInt64]
        let scores: [Float]
    }

    /// The first request, scored.
    func sample() throws -> Sample {
        try score(0)
        let start = requests.userOffset(0)
        let ids = requests.bytes.withUnsafeBytes { bytes in
            (0...requests.candidateCount).map { index in
                UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: start + 8 * index, as: UInt64.self))
            }
        }
        return Sample(user: ids[0], candidates: Array(ids.dropFirst()), scores: Array(scores))
    }

    private func score(_ variant: Int) throws {
        try requests.bytes.withUnsafeBytes { bytes in
            let user = requests.userOffset(variant)
            let ids = user + 8
            let query = RankQuery(
                user: .number(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: user, as: UInt64.self))),
                candidates: .numbers(UnsafeRawBufferPointer(rebasing: bytes[ids..<(ids + 8 * requests.candidateCount)]))
            )
            _ = try ranker.score(query, candidates: 0..<requests.candidateCount, scores: scores, unknown: unknown)
        }
    }
}
