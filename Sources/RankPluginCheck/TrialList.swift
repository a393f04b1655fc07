import RankEngine

/// A list that a plugin is tried with, in memory as a request has it, with guards that show writes out of bounds.
struct TrialList {
    /// The answer to a list.
    struct Answer: Equatable {
        /// The bits of the scores.
        var scores: [UInt32]
        /// Whether each candidate is unknown.
        var unknown: [Bool]
        /// Whether the user is known.
        var isUserKnown: Bool
    }

    /// Entries behind the buffers that must not be written.
    private static let guardLength = 64
    private static let guardScore: UInt32 = 0xA5A5_A5A5

    /// The user and the candidates.
    let ids: GoldenQuery.IDs
    /// The features of all candidates, as many for each as the plugin wants.
    let features: [Float]

    /// The number of candidates.
    var count: Int {
        switch ids {
        case .numbers(_, let candidates): candidates.count
        case .texts(_, let candidates): candidates.count
        }
    }

    /// The candidates at some places, in the order of the places.
    func picking(_ places: [Int]) -> TrialList {
        let width = count > 0 ? features.count / count : 0
        let picked: GoldenQuery.IDs =
            switch ids {
            case .numbers(let user, let candidates): .numbers(user: user, candidates: places.map { candidates[$0] })
            case .texts(let user, let candidates): .texts(user: user, candidates: places.map { candidates[$0] })
            }
        return TrialList(ids: picked, features: places.flatMap { features[($0 * width)..<(($0 + 1) * width)] })
    }

    /// Scores the list in parts.
    ///
    /// - Parameters:
    ///   - ranker: The ranker.
    ///   - cuts: The starts of all parts but the first, ascending.
    /// - Returns: The scores in the order of the list.
    /// - Throws: The ranker's error, or `pluginRefused` if it has written memory that is not its own.
    func score(by ranker: PluginRanker, cuts: [Int] = []) throws(EngineError) -> Answer {
        let memory = QueryMemory(self, featureCount: ranker.info.featureCount)
        var answer = Answer(scores: [], unknown: [], isUserKnown: true)
        let bounds = [0] + cuts + [count]
        for (start, end) in zip(bounds, bounds.dropFirst()) {
            try unsafe score(memory.query, start..<end, by: ranker, into: &answer)
        }
        guard memory.isWhole else {
            throw EngineError(.pluginRefused, "\(ranker.subject) writes into the query, which is not its own")
        }
        return answer
    }

    private func score(
        _ query: RankQuery,
        _ part: Range<Int>,
        by ranker: PluginRanker,
        into answer: inout Answer
    ) throws(EngineError) {
        let room = part.count + Self.guardLength
        let scores = UnsafeMutableBufferPointer<Float>.allocate(capacity: room)
        let unknown = UnsafeMutableBufferPointer<Bool>.allocate(capacity: room)
        defer {
            unsafe scores.deallocate()
            unsafe unknown.deallocate()
        }
        unsafe scores.initialize(repeating: Float(bitPattern: Self.guardScore))
        unsafe unknown.initialize(repeating: false)
        let outcome = try unsafe ranker.score(
            query,
            candidates: part,
            scores: UnsafeMutableBufferPointer(rebasing: scores[..<part.count]),
            unknown: UnsafeMutableBufferPointer(rebasing: unknown[..<part.count])
        )
        let flags = UnsafeRawBufferPointer(unknown)
        guard unsafe scores[part.count...].allSatisfy({ $0.bitPattern == Self.guardScore }),
            unsafe flags[part.count...].allSatisfy({ $0 == 0 })
        else { throw EngineError(.pluginRefused, "\(ranker.subject) writes beyond the buffers of scores or flags") }
        answer.scores += unsafe scores[..<part.count].map(\.bitPattern)
        unsafe answer.unknown += unsafe unknown[..<part.count]
        answer.isUserKnown = outcome.isUserKnown
    }
}

/// A list as a query, aligned, with copies that show whether its memory was written.
@safe final class QueryMemory {
    private let userSize: Int?
    private let user: UInt64
    private let featureCount: Int
    /// Numbers, or the offsets of texts.
    private let ids: TrialMemory
    /// The user's name and then those of the candidates.
    private let text: TrialMemory
    private let features: TrialMemory

    init(_ list: TrialList, featureCount: Int) {
        self.featureCount = featureCount
        features = TrialMemory(list.features.flatMap { Self.bytes($0.bitPattern) })
        switch list.ids {
        case .numbers(let number, let candidates):
            (user, userSize) = (number, nil)
            ids = TrialMemory(candidates.flatMap { Self.bytes($0) })
            text = TrialMemory([])
        case .texts(let name, let candidates):
            (user, userSize) = (0, name.utf8.count)
            var offsets: [UInt32] = [0]
            for candidate in candidates { offsets.append((offsets.last ?? 0) &+ UInt32(candidate.utf8.count)) }
            ids = TrialMemory(offsets.flatMap { Self.bytes($0) })
            text = TrialMemory(Array(name.utf8) + candidates.flatMap { Array($0.utf8) })
        }
    }

    /// The query; valid as long as the object.
    var query: RankQuery {
        guard let userSize else {
            return unsafe RankQuery(
                user: .number(user),
                candidates: .numbers(ids.bytes),
                features: features.bytes,
                featureCount: featureCount
            )
        }
        return unsafe RankQuery(
            user: .text(UnsafeRawBufferPointer(rebasing: text.bytes[..<userSize])),
            candidates: .texts(offsets: ids.bytes, text: UnsafeRawBufferPointer(rebasing: text.bytes[userSize...])),
            features: features.bytes,
            featureCount: featureCount
        )
    }

    /// Whether no byte has changed.
    var isWhole: Bool { ids.isWhole && text.isWhole && features.isWhole }

    private static func bytes<Number: FixedWidthInteger & BitwiseCopyable>(_ number: Number) -> [UInt8] {
        unsafe withUnsafeBytes(of: number.littleEndian) { unsafe Array($0) }
    }
}

/// Aligned bytes of which a copy is kept.
@safe private final class TrialMemory {
    private let block: UnsafeMutableRawBufferPointer
    private let original: [UInt8]

    init(_ bytes: [UInt8]) {
        original = bytes
        unsafe block = .allocate(byteCount: max(bytes.count, 1), alignment: 64)
        unsafe block.copyBytes(from: bytes)
    }

    deinit { unsafe block.deallocate() }

    /// The bytes; valid as long as the object.
    var bytes: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(rebasing: block[..<original.count]) }

    /// Whether no byte has changed.
    var isWhole: Bool { unsafe bytes.elementsEqual(original) }
}
