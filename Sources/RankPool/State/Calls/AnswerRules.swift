import RankCore
import RankProtocol

/// The rules that a request sets for the reply to one query, beyond its form: docs/reference/protocol.md, "What a reply
/// satisfies".
struct AnswerRules {
    /// The number of candidates of the request.
    let count: Int
    /// The parameters of the request.
    let parameters: ScoreParameters
    /// Whether the request allows a partial answer.
    let allowsPartial: Bool

    /// The longest list whose coverage tells the number of scored candidates exactly.
    private static let exactCount = 1 << 22

    /// The number of entries of a list that is scored whole.
    private var wanted: Int { parameters.topK == 0 ? count : min(count, Int(parameters.topK)) }
    private var omits: Bool { parameters.unknownIDs == .omit }

    /// Checks counts, flags and coverage.
    ///
    /// - Throws: INTERNAL with the contradiction to the request.
    func checkShape(_ answer: SliceAnswer, candidateCount: Int) throws(ProtocolError) {
        let (flags, entries) = (answer.queryFlags, answer.flags)
        let isIndexed = answer.positions != nil
        guard candidateCount == count, isIndexed == parameters.repliesAreIndexed,
            entries.count == wanted || (omits && entries.count < wanted)
        else {
            throw contradiction(
                "\(entries.count) entries for \(candidateCount) candidates\(isIndexed ? ", indexed" : ""), "
                    + "expected \(wanted) for \(count)"
            )
        }
        let unscored = entries.count { $0.contains(.notScored) }
        let unknown = entries.count { $0.contains(.unknown) }
        guard !entries.contains([.unknown, .notScored]) else {
            throw contradiction("an entry that is unknown and not scored")
        }
        guard parameters.unknownIDs == .fallback || unknown == 0 else {
            throw contradiction("an unknown candidate where \(omits ? "they are left out" : "the request has to fail")")
        }
        guard parameters.unknownIDs != .fail || !flags.contains(.unknownUser) else {
            throw contradiction("an unknown user where the request has to fail")
        }
        guard allowsPartial || !flags.contains(.partial) else {
            throw contradiction("a partial answer, which was not allowed")
        }
        guard flags.contains(.partial) || unscored == 0 else {
            throw contradiction("an entry that was not scored in an answer that is not partial")
        }
        if omits, flags.contains(.unknownUser) {
            guard entries.isEmpty, !flags.contains(.partial), answer.coverage == (count == 0 ? 1 : 0) else {
                throw contradiction("entries or coverage for a user that is left out")
            }
            return
        }
        try checkCoverage(answer, scored: entries.count - unscored)
    }

    private func checkCoverage(_ answer: SliceAnswer, scored: Int) throws(ProtocolError) {
        // A float32 does not tell the number for longer lists.
        guard count <= Self.exactCount else { return }
        let total = Int((answer.coverage * Float(count)).rounded())
        let isPartial = answer.queryFlags.contains(.partial)
        guard answer.coverage == (count == 0 ? 1 : Float(total) / Float(count)),
            omits ? !isPartial || total < count : isPartial == (total < count)
        else {
            throw contradiction(
                "a coverage of \(answer.coverage) of \(count) candidates\(isPartial ? ", partial" : "")"
            )
        }
        let expected = parameters.topK == 0 ? total : min(total, Int(parameters.topK))
        guard scored == expected, isPartial || answer.flags.count == expected else {
            throw contradiction("\(scored) entries that were scored, expected \(expected)")
        }
    }

    /// Checks positions and order.
    ///
    /// - Parameters:
    ///   - answer: the worker's answer.
    ///   - idPrecedes: whether the id at a position comes before the id at another one; nil if they are equal.
    /// - Throws: INTERNAL with the contradiction to the request.
    func checkOrder(_ answer: SliceAnswer, idPrecedes: (Int, Int) -> Bool?) throws(ProtocolError) {
        guard let positions = answer.positions else { return }
        var seen = [Bool](repeating: false, count: count)
        for position in positions {
            guard !seen[Int(position)] else { throw contradiction("position \(position) was answered twice") }
            seen[Int(position)] = true
        }
        for index in positions.indices.dropFirst() {
            let (first, second) = (Int(positions[index - 1]), Int(positions[index]))
            let isInOrder: Bool
            if parameters.topK == 0 {
                isInOrder = first < second
            } else if answer.flags[index - 1].contains(.notScored) {
                isInOrder = answer.flags[index].contains(.notScored) && first < second
            } else if answer.flags[index].contains(.notScored) {
                isInOrder = true
            } else if answer.scores[index - 1] == answer.scores[index] {
                isInOrder = idPrecedes(first, second) ?? (first < second)
            } else {
                isInOrder = answer.scores[index - 1] > answer.scores[index]
            }
            guard isInOrder else {
                throw contradiction("entries \(index - 1) and \(index) are not in the order that was asked for")
            }
        }
    }

    private func contradiction(_ what: String) -> ProtocolError {
        ProtocolError(.internal, "the reply is no answer to its request: \(what)")
    }
}

extension ScoreWork {
    /// Whether the id of a candidate of a query comes before the id of another one; nil if they are equal.
    func idPrecedes(_ first: Int, _ second: Int, ofQuery query: Int) -> Bool? {
        switch queries[query] {
        case .numbers(_, let ids): RankOrder.idPrecedes(ids[first], ids[second])
        case .text(_, let ids): RankOrder.idPrecedes(ids[first], ids[second])
        }
    }
}
