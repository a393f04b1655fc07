import RankCore
package import RankProtocol

/// One entry of a merged list, with its index in the whole list.
package struct MergedEntry: Hashable, Sendable {
    package var position: Int
    package var score: Float
    package var flags: EntryFlags

    /// The entry with the id at its position.
    func entry<ID: CandidateID>(_ id: ID) -> RankedEntry<ID> {
        RankedEntry(
            id: id,
            position: position,
            score: score,
            isUnknown: flags.contains(.unknown),
            isScored: !flags.contains(.notScored)
        )
    }
}

/// One query's list, merged from its slices.
package struct MergedQuery: Hashable, Sendable {
    package var entries: [MergedEntry] = []
    package var coverage: Float = 1
    package var flags: QueryFlags = []
}

/// Merges slices; the result does not depend on the split.
package enum Merge {
    /// Merges the answers for the slices of every query.
    ///
    /// - Parameters:
    ///   - answers: each slice with its answer, in any order.
    ///   - work: the call.
    /// - Returns: one list for each query: with top k the best k by the total order, without top k in request order.
    /// - Complexity: O(entries · log entries).
    package static func merge(_ answers: [(slice: Slice, answer: SliceAnswer)], of work: ScoreWork) -> [MergedQuery] {
        var merged = [MergedQuery](repeating: MergedQuery(), count: work.queries.count)
        var sliceCounts = [Int](repeating: 0, count: work.queries.count)
        var scored = [Double](repeating: 0, count: work.queries.count)
        for (slice, answer) in answers.sorted(by: { $0.slice.range.lowerBound < $1.slice.range.lowerBound }) {
            sliceCounts[slice.query] += 1
            scored[slice.query] += Double(answer.coverage) * Double(slice.range.count)
            merged[slice.query].flags.formUnion(answer.queryFlags.subtracting(.indexed))
            merged[slice.query].coverage = answer.coverage
            merged[slice.query].entries.reserveCapacity(
                answers.count == 1 ? answer.scores.count : work.queries[slice.query].count
            )
            for index in answer.scores.indices {
                let local = answer.positions.map { Int($0[index]) } ?? index
                merged[slice.query].entries.append(
                    MergedEntry(
                        position: slice.range.lowerBound + local,
                        score: answer.scores[index],
                        flags: answer.flags[index]
                    )
                )
            }
        }
        // A query in one slice is in order already, by the worker.
        for index in merged.indices where sliceCounts[index] > 1 {
            let count = work.queries[index].count
            merged[index].coverage = count == 0 ? 1 : Float(scored[index] / Double(count))
            guard work.parameters.topK > 0 else {
                merged[index].entries.sort { $0.position < $1.position }
                continue
            }
            sort(&merged[index].entries, by: work.queries[index])
            merged[index].entries = Array(merged[index].entries.prefix(Int(work.parameters.topK)))
        }
        return merged
    }

    private static func sort(_ entries: inout [MergedEntry], by query: QueryIDs) {
        func precedes<ID: CandidateID>(_ first: MergedEntry, _ second: MergedEntry, _ ids: [ID]) -> Bool {
            RankOrder.precedes(first.entry(ids[first.position]), second.entry(ids[second.position]))
        }
        switch query {
        case .numbers(_, let ids): entries.sort { precedes($0, $1, ids) }
        case .text(_, let ids): entries.sort { precedes($0, $1, ids) }
        }
    }
}
