/// The pattern by which requests leave.
public enum LoadPattern: Sendable {
    /// Requests leave at the times of a schedule, whether or not earlier ones have been answered.
    ///
    /// Latency counts from the time of the schedule, so that what a stalled server delays is not left out
    /// (coordinated omission, Gil Tene).
    case open(ArrivalSchedule)
    /// A number of requests in flight; a reply sends the next.
    ///
    /// Latency counts from the sending. A server that stalls slows the measurement down, and hides behind it.
    case closed(outstanding: Int)
}
