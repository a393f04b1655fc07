import RankCore

/// Whether a part that failed is sent again.
package enum RetryVerdict: Hashable, Sendable {
    /// To a worker that has not had the part, as soon as one has room.
    case elsewhere
    /// To any worker, at this time at the earliest.
    case anywhere(notBefore: Int64)
    /// The part is in flight at another worker already.
    case underway
    /// The part is not sent again; the remark is for the reader of the error.
    case no(remark: String)
}
