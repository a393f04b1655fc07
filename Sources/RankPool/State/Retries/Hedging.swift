/// Whether a late request is sent to a second worker as well.
///
/// The first answer counts, the other request is cancelled.
public enum Hedging: Hashable, Sendable {
    /// Every request goes to one worker at a time.
    case off
    /// A request is late after the time within which this share of the last 512 answers came, 0.5 to 0.999.
    ///
    /// At most the rest of the requests is sent twice: at 0.95, one of twenty.
    case afterPercentile(Double)

    /// The shares that can be asked for: below the median most requests would be sent twice, and above 0.999 the last
    /// 512 answers say nothing.
    static let percentiles = 0.5...0.999
}
