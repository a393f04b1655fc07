internal import RankCore

/// The features that a SCORE request gives once for each of its queries: the place of extension 3 in a frame.
public struct QueryFeatures: Hashable, Sendable {
    /// The most floats of a request, over all of its queries.
    public static let maximumCount = (Wire.maxExtensionBytes - 2 * Wire.extensionHeaderBytes) / 4

    /// The number of the extension.
    static let type: UInt16 = 3

    /// The floats of each query, at least 1.
    public let count: Int
    /// The queries that have floats.
    let queryCount: Int
    /// The first float of the first query, as an offset into the frame.
    private let offset: Int

    /// Reads the counts of an extension, which lies in the frame.
    ///
    /// - Parameters:
    ///   - bytes: The frame.
    ///   - start: The first byte behind the extension's header.
    ///   - size: The size that the extension names.
    /// - Throws: INVALID_ARGUMENT where the counts contradict the size.
    init(decoding bytes: RawSpan, at start: Int, size: Int) throws(ProtocolError) {
        guard size >= Wire.extensionHeaderBytes + 4, size.isMultiple(of: 4) else {
            throw ProtocolError(
                .invalidArgument,
                "features of the query in \(size) bytes, expected a multiple of 4 from "
                    + "\(Wire.extensionHeaderBytes + 4)",
                offset: start - 4
            )
        }
        let floats = (size - Wire.extensionHeaderBytes) / 4
        let count = Int(bytes.uint32(at: start))
        guard count >= 1, floats.isMultiple(of: count) else {
            throw ProtocolError(
                .invalidArgument,
                "\(floats) features of queries with \(count) each",
                offset: start
            )
        }
        guard bytes.uint32(at: start + 4) == 0 else {
            throw ProtocolError(.invalidArgument, "a reserved field is not 0", offset: start + 4)
        }
        self.count = count
        queryCount = floats / count
        offset = start + Wire.extensionHeaderBytes
    }

    /// The features of a query: 4·count bytes of little-endian binary32, maybe unaligned.
    ///
    /// - Parameters:
    ///   - index: The query's place in the request.
    ///   - frame: The frame that this was read from.
    /// - Returns: The bytes, in place.
    /// - Precondition: the request has that query.
    @_lifetime(copy frame)
    public func bytes(ofQuery index: Int, in frame: RawSpan) -> RawSpan {
        precondition(index >= 0 && index < queryCount)
        let start = offset + 4 * count * index
        return frame.extracting(start..<(start + 4 * count))
    }

    /// Checks that each query has features, and that each is a number or, where missing ones are allowed, NaN.
    func check(_ frame: RawSpan, queries: Int, allowsMissing: Bool?) throws(ProtocolError) {
        guard queryCount == queries else {
            throw ProtocolError(
                .invalidArgument,
                "features of \(queryCount) queries in a request of \(queries)",
                offset: offset
            )
        }
        guard let allowsMissing else { return }
        for index in 0..<(count * queryCount) {
            let value = frame.float(at: offset + 4 * index)
            guard value.isFinite || (allowsMissing && value.isNaN) else {
                throw ProtocolError(
                    .invalidArgument,
                    "a feature of the query is not finite: it is "
                        + (value.isNaN ? "NaN, which stands for a missing one, and this model takes none" : "\(value)"),
                    offset: offset + 4 * index,
                    queryIndex: UInt32(truncatingIfNeeded: index / count)
                )
            }
        }
    }
}
