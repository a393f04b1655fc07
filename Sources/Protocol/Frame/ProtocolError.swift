public import RankCore

/// The fault of a frame, and the status of the worker's answer to it.
///
/// The only error of this module. `status` is its open code: INVALID_ARGUMENT for malformed frames and
/// limits, UNIMPLEMENTED for versions, kinds and extensions from elsewhere, DEADLINE_EXCEEDED and
/// FAILED_PRECONDITION for well-formed requests that must not be scored.
public struct ProtocolError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The code.
    public var status: Status
    /// The value found and the one expected.
    public var message: String
    /// The offset in the frame of the field that is wrong, in bytes; nil where no single field is.
    public var offset: Int?
    /// The id to answer with: the frame's own, or `unreadable`.
    public var requestID: RequestID
    /// The query the error is about.
    public var queryIndex: UInt32?
    /// The candidate the error is about, within its query.
    public var candidateIndex: UInt32?

    /// Describes an error.
    public init(
        _ status: Status,
        _ message: String,
        offset: Int? = nil,
        requestID: RequestID = .unreadable,
        queryIndex: UInt32? = nil,
        candidateIndex: UInt32? = nil
    ) {
        self.status = status
        self.message = message
        self.offset = offset
        self.requestID = requestID
        self.queryIndex = queryIndex
        self.candidateIndex = candidateIndex
    }

    /// The message with its place.
    public var description: String {
        var text = "\(status): \(message)"
        if let queryIndex { text += ", query \(queryIndex)" }
        if let candidateIndex { text += ", candidate \(candidateIndex)" }
        if let offset { text += " (offset \(offset))" }
        return text
    }
}
