import RankCore
package import RankProtocol

/// Splits a call into requests within the workers' limits.
package enum Partition {
    /// The size of a frame before its first query (bytes).
    private static let frameBytes = 64
    /// The largest size of a query beside its ids, its user and its features: header, one offset, two paddings (bytes).
    private static let queryBytes = 16 + 4 + 7 + 7

    /// Cuts a call into contiguous parts.
    ///
    /// Every candidate is in exactly one part, in order; a query without candidates is in one part too.
    ///
    /// - Parameters:
    ///   - work: the call.
    ///   - limits: the limits that every worker keeps.
    ///   - count: the fewest parts, as far as there are candidates.
    /// - Returns: the slices of each part.
    /// - Throws: INVALID_ARGUMENT if a single candidate is over the limits.
    /// - Complexity: O(candidates).
    package static func split(
        _ work: ScoreWork,
        limits: FrameLimits,
        into count: Int
    ) throws(PoolError) -> [[Slice]] {
        let total = work.candidateCount
        let wanted = max(1, min(count, total))
        // The candidates before the end of the n-th of `wanted` equal parts.
        func boundary(_ part: Int) -> Int { total / wanted * (part + 1) + total % wanted * (part + 1) / wanted }
        var equalParts = 0
        var done = 0
        let ofQuery = work.queryFeatureCount
        let queryLimit = min(limits.queries, ofQuery == 0 ? .max : QueryFeatures.maximumCount / ofQuery)
        // The extension's header, its counts and its padding.
        let frameBytes = frameBytes + (ofQuery == 0 ? 0 : 24)
        let featureBytes = 4 * Int(work.parameters.featureCount)

        var parts: [[Slice]] = []
        var part: [Slice] = []
        var partBytes = frameBytes
        var partCandidates = 0
        func close() {
            if !part.isEmpty { parts.append(part) }
            part = []
            partBytes = frameBytes
            partCandidates = 0
        }
        for (index, query) in work.queries.enumerated() {
            let base = queryBytes + userBytes(of: query) + 4 * ofQuery
            var start = 0
            if part.count >= queryLimit || partBytes + base > limits.messageBytes { close() }
            partBytes += base
            for candidate in 0..<query.count {
                let bytes = candidateBytes(of: query, at: candidate) + featureBytes
                let isAtBoundary = done == boundary(equalParts)
                if isAtBoundary { equalParts += 1 }
                done += 1
                let isFull = partCandidates >= limits.candidates || partBytes + bytes > limits.messageBytes
                guard isAtBoundary || isFull else {
                    partBytes += bytes
                    partCandidates += 1
                    continue
                }
                if candidate > start { part.append(Slice(query: index, range: start..<candidate)) }
                close()
                start = candidate
                partBytes += base + bytes
                partCandidates = 1
                guard partBytes <= limits.messageBytes, limits.candidates >= 1 else {
                    throw PoolError(
                        .invalidArgument,
                        "a request for one candidate takes \(partBytes) bytes, "
                            + "the workers take max_message_bytes = \(limits.messageBytes) "
                            + "and max_candidates = \(limits.candidates)",
                        queryIndex: index,
                        candidateIndex: candidate
                    )
                }
            }
            part.append(Slice(query: index, range: start..<query.count))
        }
        close()
        return parts
    }

    private static func userBytes(of query: QueryIDs) -> Int {
        switch query {
        case .numbers: 8
        case .text(let user, _): user.utf8.count
        }
    }

    private static func candidateBytes(of query: QueryIDs, at index: Int) -> Int {
        switch query {
        case .numbers: 8
        case .text(_, let candidates): 4 + candidates[index].utf8.count
        }
    }
}
