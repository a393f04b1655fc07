import RankCore
import RankPool

/// Ranks lists of any length: pieces of them, a few at a time, whose best are put together.
struct LongRanking<ID: CommandID>: Sendable {
    let pool: RankPool
    let user: ID
    let candidates: [ID]
    /// `width` floats for each candidate.
    let features: [Float]
    let width: Int
    /// The features that all candidates share, given once.
    let queryFeatures: [Float]
    /// The number of entries wanted; nil for every candidate.
    let top: Int?
    let options: CallOptions

    /// The candidates of one call, which the pool spreads over the workers; each has its deadline.
    static var pieceLength: Int { 131_072 }

    /// The number of calls that are out at a time: enough to keep workers busy while the best of others are taken.
    private static var outstanding: Int { 2 }

    /// The list, as one call would bring it.
    ///
    /// - Throws: The error of any of the calls; its `candidateIndex` is an index of the whole list.
    func list() async throws -> RankedList<ID> {
        guard candidates.count > Self.pieceLength else { return try await rank(candidates.indices, options) }
        var options = options
        let starts = stride(from: 0, to: candidates.count, by: Self.pieceLength)
        let pieces = starts.map { $0..<min($0 + Self.pieceLength, candidates.count) }
        // The first piece chooses the model of all of them.
        var whole = try await rank(pieces[0], options)
        options.model = whole.model
        options.profile = whole.profile
        var scored = Double(whole.coverage) * Double(pieces[0].count)
        try await withThrowingTaskGroup(of: (Int, RankedList<ID>).self) { [options] group in
            var (next, taken) = (1, 1)
            var waiting: [Int: RankedList<ID>] = [:]
            func add() {
                guard next < pieces.count else { return }
                let number = next
                group.addTask { (number, try await rank(pieces[number], options)) }
                next += 1
            }
            for _ in 0..<Self.outstanding { add() }
            while let (number, list) = try await group.next() {
                add()
                waiting[number] = list
                while let list = waiting.removeValue(forKey: taken) {
                    scored += Double(list.coverage) * Double(pieces[taken].count)
                    merge(list, into: &whole)
                    taken += 1
                }
            }
        }
        let isComplete = !whole.isPartial && scored >= Double(candidates.count)
        whole.coverage = isComplete ? 1 : Float(scored / Double(candidates.count))
        return whole
    }

    private func rank(_ piece: Range<Int>, _ options: CallOptions) async throws(PoolError) -> RankedList<ID> {
        do throws(PoolError) {
            var list = try await pool.rank(
                Array(candidates[piece]),
                for: user,
                features: width == 0 ? [] : Array(features[(piece.lowerBound * width)..<(piece.upperBound * width)]),
                queryFeatures: queryFeatures,
                top: top.map { min($0, max(piece.count, 1)) },
                options: options
            )
            for index in list.entries.indices { list.entries[index].position += piece.lowerBound }
            return list
        } catch {
            var error = error
            error.candidateIndex = error.candidateIndex.map { $0 + piece.lowerBound }
            throw error
        }
    }

    /// Takes the entries of the next piece.
    private func merge(_ list: RankedList<ID>, into whole: inout RankedList<ID>) {
        whole.entries += list.entries
        whole.isUserUnknown = whole.isUserUnknown || list.isUserUnknown
        whole.isPartial = whole.isPartial || list.isPartial
        whole.parts += list.parts
        whole.entries.sort { RankOrder.precedes($0, $1) }
        if let top { whole.entries.removeLast(max(0, whole.entries.count - top)) }
    }
}
