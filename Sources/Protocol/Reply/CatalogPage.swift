public import RankCore

/// The payload of a CATALOG reply: a page of the ids that a worker's model knows as candidates, copied.
public struct CatalogPage: Hashable, Sendable {
    /// The number of ids in the whole catalogue.
    public var total: UInt64
    /// The number of these ids before this page, as the request said.
    public var first: UInt64
    /// The ids in the order of the catalogue; none only where nothing is left from `first` on.
    public var ids: CandidateIDs

    /// Describes a page.
    public init(total: UInt64, first: UInt64, ids: CandidateIDs) {
        self.total = total
        self.first = first
        self.ids = ids
    }

    init(decoding bytes: RawSpan, at payload: Int) throws(ProtocolError) {
        let size = bytes.byteCount
        guard size - payload >= Wire.catalogReplyBytes else {
            throw ProtocolError(
                .invalidArgument,
                "the payload has \(size - payload) bytes, CATALOG has at least \(Wire.catalogReplyBytes)",
                offset: payload
            )
        }
        total = bytes.uint64(at: payload)
        first = bytes.uint64(at: payload + 8)
        let count = Int(bytes.uint32(at: payload + 16))
        let text = Int(bytes.uint32(at: payload + 24))
        guard let kind = IDKind(rawValue: bytes.uint8(at: payload + 20)) else {
            throw ProtocolError(
                .invalidArgument,
                "id kind \(bytes.uint8(at: payload + 20)), expected 0 or 1",
                offset: payload + 20
            )
        }
        let reserved = bytes.firstNonzero(in: (payload + 21)..<(payload + 24))
        guard reserved == nil, bytes.uint32(at: payload + 28) == 0, kind == .utf8 || text == 0 else {
            throw ProtocolError(.invalidArgument, "a reserved field is not 0", offset: reserved ?? payload + 24)
        }
        let left = total > first ? total - first : 0
        guard count > 0 ? UInt64(count) <= left : left == 0 else {
            throw ProtocolError(
                .invalidArgument,
                "\(count) ids after \(first) of \(total), expected \(left == 0 ? "0" : "1 to \(left)")",
                offset: payload + 16
            )
        }
        let table = payload + Wire.catalogReplyBytes
        let layout = CatalogPageLayout(start: table, count: count, kind: kind, textBytes: text)
        guard layout.end == size else {
            throw ProtocolError(
                .invalidArgument,
                "a page of \(size - payload) bytes, its counts make \(layout.end - payload)",
                offset: payload + 16
            )
        }
        if let stray = bytes.firstNonzero(in: layout.idsEnd..<layout.end) {
            throw ProtocolError(.invalidArgument, "the padding after the ids is not 0", offset: stray)
        }
        switch kind {
        case .u64: ids = .numbers((0..<count).map { bytes.uint64(at: table + 8 * $0) })
        case .utf8: ids = .texts(try Self.texts(of: bytes, layout, count: count))
        }
    }

    private static func texts(
        of bytes: RawSpan,
        _ layout: CatalogPageLayout,
        count: Int
    ) throws(ProtocolError) -> [String] {
        guard bytes.uint32(at: layout.start) == 0 else {
            throw ProtocolError(.invalidArgument, "the first text offset is not 0", offset: layout.start)
        }
        var texts: [String] = []
        texts.reserveCapacity(count)
        var previous = 0
        for index in 0..<count {
            let field = layout.start + 4 * (index + 1)
            let next = Int(bytes.uint32(at: field))
            guard next > previous, next - previous <= Wire.maxIDBytes, next <= layout.textBytes else {
                throw ProtocolError(
                    .invalidArgument,
                    "an id ends at \(next), expected \(previous + 1) to "
                        + "\(min(layout.textBytes, previous + Wire.maxIDBytes))",
                    offset: field,
                    candidateIndex: UInt32(truncatingIfNeeded: index)
                )
            }
            let range = (layout.text + previous)..<(layout.text + next)
            guard bytes.isUTF8(in: range) else {
                throw ProtocolError(
                    .invalidArgument,
                    "an id is not UTF-8",
                    offset: range.lowerBound,
                    candidateIndex: UInt32(truncatingIfNeeded: index)
                )
            }
            texts.append(bytes.extracting(range).makeString())
            previous = next
        }
        guard previous == layout.textBytes else {
            throw ProtocolError(
                .invalidArgument,
                "the last text offset is \(previous), expected \(layout.textBytes)",
                offset: layout.start + 4 * count
            )
        }
        return texts
    }
}

extension CandidateIDs {
    /// The kind of the ids on the wire.
    package var kind: IDKind {
        switch self {
        case .numbers: .u64
        case .texts: .utf8
        }
    }
}

/// The places of the ids of a CATALOG reply, as offsets into the frame.
///
/// Counts are 32 bits wide, so that no sum overflows.
struct CatalogPageLayout {
    /// The numbers, or the text offsets.
    let start: Int
    let textBytes: Int
    /// The texts.
    let text: Int
    /// The end of the ids, before their padding.
    let idsEnd: Int
    let end: Int

    init(start: Int, count: Int, kind: IDKind, textBytes: Int) {
        self.start = start
        self.textBytes = textBytes
        switch kind {
        case .u64:
            text = start + 8 * count
            idsEnd = text
        case .utf8:
            text = start + 4 * (count + 1)
            idsEnd = text + textBytes
        }
        end = Wire.padded(idsEnd)
    }
}
