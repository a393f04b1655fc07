internal import RankCore

extension InfoPair {
    /// Reads the pairs of an INFO or STATS reply.
    static func decode(_ bytes: RawSpan, at payload: Int) throws(ProtocolError) -> [InfoPair] {
        let size = bytes.byteCount
        guard size - payload >= 8 else {
            throw ProtocolError(
                .invalidArgument,
                "the payload has \(size - payload) bytes, pairs have at least 8",
                offset: payload
            )
        }
        let count = Int(bytes.uint32(at: payload))
        guard bytes.uint32(at: payload + 4) == 0 else {
            throw ProtocolError(.invalidArgument, "a reserved field is not 0", offset: payload + 4)
        }
        var offset = payload + 8
        // Each pair takes at least 4 bytes, which bounds what is reserved.
        guard count <= (size - offset) / 4 else {
            throw ProtocolError(.invalidArgument, "\(count) pairs in \(size - offset) bytes", offset: payload)
        }
        var pairs: [InfoPair] = []
        pairs.reserveCapacity(count)
        var keys: Set<String> = []
        for _ in 0..<count {
            guard size - offset >= 4 else {
                throw ProtocolError(.invalidArgument, "a pair is cut off", offset: offset)
            }
            let key = (offset + 4)..<(offset + 4 + Int(bytes.uint16(at: offset)))
            let value = key.upperBound..<(key.upperBound + Int(bytes.uint16(at: offset + 2)))
            guard value.upperBound <= size else {
                throw ProtocolError(
                    .invalidArgument,
                    "a pair of \(value.upperBound - offset) bytes where \(size - offset) are left",
                    offset: offset
                )
            }
            guard bytes.isUTF8(in: key), bytes.isUTF8(in: value) else {
                throw ProtocolError(.invalidArgument, "a pair is not UTF-8", offset: offset)
            }
            let pair = InfoPair(bytes.extracting(key).makeString(), bytes.extracting(value).makeString())
            guard keys.insert(pair.key).inserted else {
                throw ProtocolError(.invalidArgument, "the key \(pair.key) appears twice", offset: offset)
            }
            pairs.append(pair)
            offset = value.upperBound
        }
        guard Wire.padded(offset) == size else {
            throw ProtocolError(.invalidArgument, "\(size - offset) bytes after the last pair", offset: offset)
        }
        if let stray = bytes.firstNonzero(in: offset..<size) {
            throw ProtocolError(.invalidArgument, "the padding after the pairs is not 0", offset: stray)
        }
        return pairs
    }
}
