import RankCore

/// The payload of a CATALOG request: which part of the catalogue is wanted.
public struct CatalogRequest: Hashable, Sendable {
    /// The number of ids of the catalogue before the first one that is wanted.
    public var first: UInt64
    /// The most ids wanted, at least 1; a worker may answer with fewer.
    public var count: UInt32

    /// Describes a page.
    public init(first: UInt64 = 0, count: UInt32 = .max) {
        self.first = first
        self.count = count
    }

    init(decoding bytes: RawSpan, at payload: Int) throws(ProtocolError) {
        first = bytes.uint64(at: payload)
        count = bytes.uint32(at: payload + 8)
        guard count >= 1 else {
            throw ProtocolError(.invalidArgument, "a page of 0 ids, expected at least 1", offset: payload + 8)
        }
        guard bytes.uint32(at: payload + 12) == 0 else {
            throw ProtocolError(.invalidArgument, "a reserved field is not 0", offset: payload + 12)
        }
    }
}
