/// Whether a part that failed is sent again.
package enum RetryVerdict: Hashable, Sendable {
    /// To a worker that has not had it, as soon as one has room.
    case elsewhere
    /// To any worker, not before this time.
    case anywhere(notBefore: Int64)
    /// It is out at another worker already.
    case underway
    /// It is not; why, where the reader should know.
    case no(remark: String)
}
