import RankCore
import RankProtocol

/// SCORE requests of one length, written once: what is sent differs only in id and remaining time.
public struct RequestSet: Sendable {
    /// The user and the candidates of one request; candidates may repeat.
    public enum List: Hashable, Sendable {
        /// With numbers as ids.
        case numbers(user: UInt64, candidates: [UInt64])
        /// With texts as ids.
        case texts(user: String, candidates: [String])
    }

    /// The numbers that ids are drawn from; a list has at least one.
    public enum Numbers: Sendable {
        /// Contiguous ones.
        case range(ClosedRange<UInt64>)
        /// Any others.
        case list([UInt64])

        fileprivate func draw(_ random: inout SplitMix64) -> UInt64 {
            switch self {
            case .range(let range): .random(in: range, using: &random)
            case .list(let numbers): numbers[Int.random(in: numbers.indices, using: &random)]
            }
        }
    }

    /// The ids that users and candidates are drawn from, all of one kind; lists have at least one.
    public enum IDs: Sendable {
        /// Ids are numbers.
        case numbers(users: Numbers, candidates: Numbers)
        /// Ids are texts.
        case texts(users: [String], candidates: [String])
    }

    /// The candidates of each request.
    public let candidateCount: Int
    /// The users and candidates of the requests, at least one.
    public let lists: [List]
    /// The frames, at least one.
    var frames: [[UInt8]]

    /// The number of different requests: enough to touch all of a small model's tables.
    private static let variants = 64

    /// Requests for random users and candidates.
    ///
    /// - Parameters:
    ///   - candidates: The candidates of each.
    ///   - topK: The entries wanted; 0 = every score.
    ///   - ids: What users and candidates are drawn from; repetitions occur.
    ///   - seed: What they are drawn from.
    public init(candidates: Int, topK: Int, ids: IDs, seed: UInt64) {
        candidateCount = candidates
        var random = SplitMix64(seed: seed)
        lists = (0..<Self.variants).map { _ in Self.list(of: candidates, from: ids, &random) }
        var writer = FrameWriter()
        let header = RequestHeader(id: RequestID(rawValue: 1), kind: .score, remainingMicroseconds: 0)
        frames = lists.map { list in
            var parameters = ScoreParameters(topK: UInt32(clamping: topK), unknownIDs: .fallback)
            switch list {
            case .numbers(let user, let candidates):
                writer.beginScore(header, parameters: parameters)
                writer.appendQuery(user: user, candidates: candidates.span)
            case .texts(let user, let candidates):
                parameters.idKind = .utf8
                writer.beginScore(header, parameters: parameters)
                writer.appendQuery(user: user, candidates: candidates)
            }
            writer.finish()
            let bytes = writer.bytes
            return (0..<bytes.byteCount).map { bytes.unsafeLoad(fromByteOffset: $0, as: UInt8.self) }
        }
    }

    /// Requests for random users and candidates whose ids are contiguous numbers; see
    /// ``init(candidates:topK:ids:seed:)``.
    public init(
        candidates: Int,
        topK: Int,
        users: ClosedRange<UInt64>,
        candidateIDs: ClosedRange<UInt64>,
        seed: UInt64
    ) {
        self.init(
            candidates: candidates,
            topK: topK,
            ids: .numbers(users: .range(users), candidates: .range(candidateIDs)),
            seed: seed
        )
    }

    /// The candidates are drawn before the user, as ever: one seed means the same requests in each version.
    private static func list(of count: Int, from ids: IDs, _ random: inout SplitMix64) -> List {
        switch ids {
        case .numbers(let users, let candidates):
            let drawn = (0..<count).map { _ in candidates.draw(&random) }
            return .numbers(user: users.draw(&random), candidates: drawn)
        case .texts(let users, let candidates):
            let drawn = (0..<count).map { _ in candidates[Int.random(in: candidates.indices, using: &random)] }
            return .texts(user: users[Int.random(in: users.indices, using: &random)], candidates: drawn)
        }
    }

    /// The bytes of a request; where ids are texts, of one among them.
    public var byteCount: Int { frames.reduce(0) { $0 + $1.count } / frames.count }

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
