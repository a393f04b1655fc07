import RankProtocol

/// SCORE requests of one length, written once: what is sent differs only in id and remaining time.
public struct RequestSet: Sendable {
    /// What one request asks for.
    public struct List: Hashable, Sendable {
        /// The user.
        public var user: UInt64
        /// The candidates, repetitions included.
        public var candidates: [UInt64]
    }

    /// The candidates of each request.
    public let candidateCount: Int
    /// What the requests ask for, at least one.
    public let lists: [List]
    /// The frames, at least one.
    var frames: [[UInt8]]

    /// How many different requests there are: enough to touch all of a small model's tables.
    private static let variants = 64

    /// Requests for random users and candidates with numbers as ids.
    ///
    /// - Parameters:
    ///   - candidates: The candidates of each.
    ///   - topK: The entries wanted; 0 = every score.
    ///   - users: What users are drawn from.
    ///   - candidateIDs: What candidates are drawn from; repetitions occur.
    ///   - seed: What they are drawn from.
    public init(
        candidates: Int,
        topK: Int,
        users: ClosedRange<UInt64>,
        candidateIDs: ClosedRange<UInt64>,
        seed: UInt64
    ) {
        candidateCount = candidates
        var random = SplitMix(seed: seed)
        lists = (0..<Self.variants).map { _ in
            let ids = (0..<candidates).map { _ in UInt64.random(in: candidateIDs, using: &random) }
            return List(user: .random(in: users, using: &random), candidates: ids)
        }
        var writer = FrameWriter()
        frames = lists.map { list in
            let header = RequestHeader(id: RequestID(rawValue: 1), kind: .score, remainingMicroseconds: 0)
            writer.beginScore(header, parameters: ScoreParameters(topK: UInt32(clamping: topK), unknownIDs: .fallback))
            writer.appendQuery(user: list.user, candidates: list.candidates.span)
            writer.finish()
            let bytes = writer.bytes
            return (0..<bytes.byteCount).map { bytes.unsafeLoad(fromByteOffset: $0, as: UInt8.self) }
        }
    }

    /// The bytes of a request.
    public var byteCount: Int { frames[0].count }

    /// Writes id and remaining time into a frame.
    ///
    /// - Returns: The index of the frame.
    mutating func prepare(_ number: Int, id: UInt64, remainingMicroseconds: UInt32) -> Int {
        let index = number % frames.count
        for byte in 0..<8 { frames[index][8 + byte] = UInt8(truncatingIfNeeded: id >> UInt64(8 * byte)) }
        for byte in 0..<4 {
            frames[index][20 + byte] = UInt8(truncatingIfNeeded: remainingMicroseconds >> UInt32(8 * byte))
        }
        return index
    }
}
