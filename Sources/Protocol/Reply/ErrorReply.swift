public import RankCore

/// The payload of an ERROR reply.
public struct ErrorReply: Hashable, Sendable {
    /// The kind of error; the header carries it.
    public var status: Status
    /// When to retry, in microseconds; 0 = no advice.
    public var retryAfterMicroseconds: UInt32
    /// The query the error is about.
    public var queryIndex: UInt32?
    /// The candidate the error is about, within its query.
    public var candidateIndex: UInt32?
    /// The cause and the remedy; writers cut the text at 1,024 bytes.
    public var message: String

    /// Describes an error.
    public init(
        status: Status,
        message: String,
        retryAfterMicroseconds: UInt32 = 0,
        queryIndex: UInt32? = nil,
        candidateIndex: UInt32? = nil
    ) {
        self.status = status
        self.message = message
        self.retryAfterMicroseconds = retryAfterMicroseconds
        self.queryIndex = queryIndex
        self.candidateIndex = candidateIndex
    }

    /// The answer to a frame that could not be read or must not be scored.
    public init(answering error: ProtocolError) {
        var message = error.message
        if let offset = error.offset { message += " (offset \(offset))" }
        self.init(
            status: error.status,
            message: message,
            queryIndex: error.queryIndex,
            candidateIndex: error.candidateIndex
        )
    }

    init(decoding bytes: RawSpan, at payload: Int, status: Status) throws(ProtocolError) {
        let size = bytes.byteCount
        guard size - payload >= 16 else {
            throw ProtocolError(
                .invalidArgument,
                "the payload has \(size - payload) bytes, ERROR has at least 16",
                offset: payload
            )
        }
        let count = Int(bytes.uint32(at: payload + 12))
        guard count <= Wire.maxErrorMessageBytes, Wire.padded(count) == size - payload - 16 else {
            throw ProtocolError(
                .invalidArgument,
                "a message of \(count) bytes, expected at most \(Wire.maxErrorMessageBytes) and to fill the frame",
                offset: payload + 12
            )
        }
        let text = (payload + 16)..<(payload + 16 + count)
        guard bytes.isUTF8(in: text) else {
            throw ProtocolError(.invalidArgument, "the message is not UTF-8", offset: text.lowerBound)
        }
        if let stray = bytes.firstNonzero(in: text.upperBound..<size) {
            throw ProtocolError(.invalidArgument, "the padding after the message is not 0", offset: stray)
        }
        func index(at offset: Int) -> UInt32? {
            let value = bytes.uint32(at: offset)
            return value == Wire.noIndex ? nil : value
        }
        self.status = status
        retryAfterMicroseconds = bytes.uint32(at: payload)
        queryIndex = index(at: payload + 4)
        candidateIndex = index(at: payload + 8)
        message = bytes.extracting(text).makeString()
    }
}
