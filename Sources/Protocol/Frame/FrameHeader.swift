internal import RankCore

/// The header's fields as they lie in a frame, checked only as far as both directions share the rules.
struct FrameHeader {
    var id: RequestID
    var kind: UInt8
    var flags: UInt16
    var time: UInt32
    var model: ModelID
    var status: UInt16
    var profile: NumericProfile
    var extensionBytes: Int
    /// The features of the queries of a SCORE request; nil without the extension.
    var queryFeatures: QueryFeatures?

    var payloadOffset: Int { Wire.headerBytes + extensionBytes }

    /// Reads size, magic, version, length and limit, in the document's order.
    init(decoding bytes: RawSpan, messageBytes limit: Int) throws(ProtocolError) {
        let size = bytes.byteCount
        let isOurs = size >= 16 && bytes.uint32(at: 4) == Wire.magic
        id = isOurs ? RequestID(rawValue: bytes.uint64(at: 8)) : .unreadable
        guard size >= Wire.headerBytes else {
            throw ProtocolError(
                .invalidArgument,
                "the frame has \(size) bytes, a header has \(Wire.headerBytes)",
                requestID: id
            )
        }
        guard isOurs else {
            throw ProtocolError(.invalidArgument, "wrong magic, expected 52 41 4e 4b (RANK)", offset: 4)
        }
        let version = bytes.uint8(at: 16)
        guard version == Wire.version else {
            throw ProtocolError(
                .unimplemented,
                "version \(version) is not supported, versions read here: 1",
                offset: 16,
                requestID: id
            )
        }
        let length = Int(bytes.uint32(at: 0))
        guard length == size - Wire.lengthBytes else {
            throw ProtocolError(
                .invalidArgument,
                "length \(length) in a frame of \(size) bytes, expected \(size - Wire.lengthBytes)",
                offset: 0,
                requestID: id
            )
        }
        guard size <= limit else {
            throw ProtocolError(
                .invalidArgument,
                "the frame has \(size) bytes, the limit max_message_bytes is \(limit)",
                requestID: id
            )
        }
        kind = bytes.uint8(at: 17)
        flags = bytes.uint16(at: 18)
        time = bytes.uint32(at: 20)
        model = ModelID(loading: bytes, at: 24)
        status = bytes.uint16(at: 40)
        profile = NumericProfile(rawValue: bytes.uint16(at: 42))
        extensionBytes = 0
    }

    /// Reads E and walks over the extensions.
    ///
    /// Those that are not known here are skipped or refused.
    ///
    /// - Parameters:
    ///   - bytes: The frame.
    ///   - request: The kind of the request; nil for a reply, of which no extension is known.
    /// - Throws: The first fault of an extension.
    mutating func readExtensions(of bytes: RawSpan, request: RequestKind? = nil) throws(ProtocolError) {
        let count = Int(bytes.uint32(at: 44))
        guard count <= Wire.maxExtensionBytes, count.isMultiple(of: 8) else {
            throw ProtocolError(
                .invalidArgument,
                "\(count) extension bytes, expected a multiple of 8, at most \(Wire.maxExtensionBytes)",
                offset: 44,
                requestID: id
            )
        }
        let end = Wire.headerBytes + count
        guard end <= bytes.byteCount else {
            throw ProtocolError(
                .invalidArgument,
                "\(count) extension bytes in a frame of \(bytes.byteCount) bytes",
                offset: 44,
                requestID: id
            )
        }
        var offset = Wire.headerBytes
        while offset < end {
            let type = bytes.uint16(at: offset)
            let bits = bytes.uint16(at: offset + 2)
            let size = Int(bytes.uint32(at: offset + 4))
            guard bits <= 1 else {
                throw ProtocolError(
                    .invalidArgument,
                    "extension bits \(bits), only bit 0 is defined",
                    offset: offset + 2,
                    requestID: id
                )
            }
            let next = offset + 8 + Wire.padded(size)
            guard next <= end else {
                throw ProtocolError(
                    .invalidArgument,
                    "an extension of \(size) bytes where \(end - offset - 8) are left",
                    offset: offset + 4,
                    requestID: id
                )
            }
            if let stray = bytes.firstNonzero(in: (offset + 8 + size)..<next) {
                throw ProtocolError(
                    .invalidArgument,
                    "the padding of an extension is not 0",
                    offset: stray,
                    requestID: id
                )
            }
            if let request, type == QueryFeatures.type {
                try readQueryFeatures(of: bytes, at: offset, bits: bits, size: size, request)
                offset = next
                continue
            }
            guard bits == 0 else {
                throw ProtocolError(
                    .unimplemented,
                    "extension \(type) is required and unknown here",
                    offset: offset,
                    requestID: id
                )
            }
            offset = next
        }
        extensionBytes = count
    }

    private mutating func readQueryFeatures(
        of bytes: RawSpan,
        at offset: Int,
        bits: UInt16,
        size: Int,
        _ request: RequestKind
    ) throws(ProtocolError) {
        guard request == .score, bits == 1, queryFeatures == nil else {
            throw ProtocolError(
                .invalidArgument,
                "extension \(QueryFeatures.type), features of the query, occurs once, in SCORE, with bit 0 set",
                offset: offset,
                requestID: id
            )
        }
        do {
            queryFeatures = try QueryFeatures(
                decoding: bytes,
                at: offset + Wire.extensionHeaderBytes,
                size: size
            )
        } catch {
            throw error.answering(id)
        }
    }
}
