import RankCore

/// Cuts a stream of frames, as a file or a pipe holds them, into frames.
///
/// Bytes may arrive in pieces of any size. A length over the limit is refused as soon as it is known,
/// before a byte of the body is kept.
///
///     splitter.append(bytes)
///     while let frame = try splitter.next() { … }
public struct FrameSplitter: Sendable {
    private let limit: Int
    private var buffer: [UInt8] = []
    private var start = 0
    private var failure: ProtocolError?

    /// Splits frames of at most `maxBytes`, their length field included.
    public init(maxBytes: Int) {
        limit = maxBytes
    }

    /// Bytes that belong to no whole frame yet; at the end of a stream it must be 0, or the last frame is cut off.
    public var pendingByteCount: Int { buffer.count - start }

    /// Takes the next bytes of the stream.
    ///
    /// Call `next()` until it returns nil between two appends: then at most one frame and one piece are held.
    public mutating func append(_ bytes: some Sequence<UInt8>) {
        if start > 0 {
            buffer.removeFirst(start)
            start = 0
        }
        buffer.append(contentsOf: bytes)
    }

    /// The next whole frame with its length field, or nil until more bytes arrive.
    ///
    /// - Throws: INVALID_ARGUMENT for a length below a header's or over the limit, or a wrong magic. The stream
    ///   has lost its frame border then, and every later call throws the same error.
    public mutating func next() throws(ProtocolError) -> [UInt8]? {
        if let failure { throw failure }
        do {
            return try cut()
        } catch {
            failure = error
            buffer = []
            start = 0
            throw error
        }
    }

    private mutating func cut() throws(ProtocolError) -> [UInt8]? {
        guard pendingByteCount >= Wire.lengthBytes else { return nil }
        let size = Int(uint32(at: start)) + Wire.lengthBytes
        guard size >= Wire.headerBytes, size <= limit else {
            throw ProtocolError(
                .invalidArgument,
                "a frame of \(size) bytes, expected \(Wire.headerBytes) to max_message_bytes = \(limit)",
                offset: 0
            )
        }
        guard pendingByteCount >= 2 * Wire.lengthBytes else { return nil }
        guard uint32(at: start + Wire.lengthBytes) == Wire.magic else {
            throw ProtocolError(.invalidArgument, "wrong magic, expected 52 41 4e 4b (RANK)", offset: 4)
        }
        guard pendingByteCount >= size else { return nil }
        let frame = Array(buffer[start..<(start + size)])
        start += size
        return frame
    }

    private func uint32(at offset: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(buffer[offset + $1]) << UInt32(8 * $1) }
    }
}
