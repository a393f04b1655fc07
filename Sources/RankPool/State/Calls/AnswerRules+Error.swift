import RankCore
import RankProtocol

extension ErrorReply {
    /// Throws INTERNAL for an error about a query or a candidate that was not asked.
    func checkIndexes(of slices: [Slice]) throws(ProtocolError) {
        let query = queryIndex.map { Int($0) }
        guard query ?? 0 < slices.count else {
            throw ProtocolError(.internal, "an error about query \(query ?? 0) of \(slices.count)")
        }
        let counts = slices.map(\.range.count)
        let count = query.map { counts[$0] } ?? counts.max() ?? 0
        guard candidateIndex.map({ Int($0) < count }) ?? true else {
            throw ProtocolError(.internal, "an error about candidate \(candidateIndex ?? 0) of \(count)")
        }
    }
}
