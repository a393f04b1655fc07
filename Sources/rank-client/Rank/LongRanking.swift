import RankPool

/// Ranks lists of any length: pieces of them, a few at a time, whose best are put together.
struct LongRanking<ID: CommandID>: Sendable {
    let pool: RankPool
    let user: ID
    let candidates: [ID]
    /// `width` floats for each candidate.
    let features: [Float]
    let width: Int
    /// The entries wanted; 0 = every candidate, in the order given.
    let topK: Int
    let options: CallOptions

    /// The candidates of one call, which the pool spreads over the workers; each has its deadline.
    static var pieceLength: Int { 131_072 }

    /// How many calls are out at a time: enough to keep workers busy while the best of others are taken.
    private static var outstanding: Int { 2 }

    /// The list, as one call would bring it.
    ///
    /// - Throws: what any of the calls throws; a candidate that it names is counted in the whole list.
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
            var list = try await ID.rank(
                pool,
                user: user,
                candidates: Array(candidates[piece]),
                features: width == 0 ? [] : Array(features[(piece.lowerBound * width)..<(piece.upperBound * width)]),
                topK: min(topK, piece.count),
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
        whole.isUnknownUser = whole.isUnknownUser || list.isUnknownUser
        whole.isPartial = whole.isPartial || list.isPartial
        whole.parts += list.parts
        guard topK > 0 else { return }
        whole.entries.sort { ID.precedes($0.key, $1.key) }
        whole.entries.removeLast(max(0, whole.entries.count - topK))
    }
}

extension RankedEntry where ID: CommandID {
    fileprivate var key: RankKey<ID> { RankKey(score: score, id: id, position: position, isScored: isScored) }
}
