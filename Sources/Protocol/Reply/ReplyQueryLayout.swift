import RankCore

/// The places of the parts of one query of a SCORE reply, as offsets from the query's start.
struct ReplyQueryLayout {
    let entryCount: Int
    let isIndexed: Bool

    var scores: Int { Wire.queryBytes }
    var positions: Int { scores + 4 * entryCount }
    var flags: Int { positions + (isIndexed ? 4 * entryCount : 0) }
    var end: Int { flags + entryCount }
    var byteCount: Int { Wire.padded(end) }

    /// Checks the query at an offset and returns where the next one starts.
    static func check(_ bytes: RawSpan, at start: Int) throws(ProtocolError) -> Int {
        let left = bytes.byteCount - start
        guard left >= Wire.queryBytes else {
            throw ProtocolError(
                .invalidArgument,
                "\(left) bytes are left, a query has at least \(Wire.queryBytes)",
                offset: start
            )
        }
        let entries = Int(bytes.uint32(at: start))
        let candidates = Int(bytes.uint32(at: start + 4))
        guard entries <= candidates else {
            throw ProtocolError(
                .invalidArgument,
                "\(entries) entries for \(candidates) candidates",
                offset: start
            )
        }
        let coverage = bytes.float(at: start + 8)
        guard coverage >= 0, coverage <= 1 else {
            throw ProtocolError(.invalidArgument, "coverage \(coverage), expected 0 to 1", offset: start + 8)
        }
        let bits = QueryFlags(rawValue: bytes.uint8(at: start + 12))
        guard bits.isSubset(of: .all) else {
            throw ProtocolError(.invalidArgument, "query bits \(bits.rawValue), expected at most 7", offset: start + 12)
        }
        if let stray = bytes.firstNonzero(in: (start + 13)..<(start + 16)) {
            throw ProtocolError(.invalidArgument, "a reserved byte is not 0", offset: stray)
        }
        let isIndexed = bits.contains(.indexed)
        guard isIndexed || entries == candidates else {
            throw ProtocolError(
                .invalidArgument,
                "\(entries) entries without positions for \(candidates) candidates",
                offset: start
            )
        }
        // 9 · 2^32 at most: no overflow in 64 bits.
        let layout = ReplyQueryLayout(entryCount: entries, isIndexed: isIndexed)
        guard layout.byteCount <= left else {
            throw ProtocolError(
                .invalidArgument,
                "\(entries) entries take \(layout.byteCount) bytes, \(left) are left",
                offset: start
            )
        }
        for index in 0..<entries {
            let score = start + layout.scores + 4 * index
            guard bytes.float(at: score).isFinite else {
                throw ProtocolError(.invalidArgument, "a score is not finite", offset: score)
            }
            let flag = start + layout.flags + index
            guard EntryFlags(rawValue: bytes.uint8(at: flag)).isSubset(of: .all) else {
                throw ProtocolError(.invalidArgument, "unknown entry bits, expected at most 3", offset: flag)
            }
            let position = start + layout.positions + 4 * index
            guard !isIndexed || bytes.uint32(at: position) < candidates else {
                throw ProtocolError(
                    .invalidArgument,
                    "position \(bytes.uint32(at: position)) of \(candidates) candidates",
                    offset: position
                )
            }
        }
        if let stray = bytes.firstNonzero(in: (start + layout.end)..<(start + layout.byteCount)) {
            throw ProtocolError(.invalidArgument, "the padding after the entries is not 0", offset: stray)
        }
        return start + layout.byteCount
    }
}
