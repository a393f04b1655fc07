package import RankProtocol

/// The kind of a frame that arrives.
package enum Arrival {
    /// A request that may have to wait for its turn.
    case request(QueuedRequest)

    /// A CANCEL of another request.
    case cancel(RequestHeader, target: RequestID)

    /// A frame that was refused, and answered at once.
    case answered

    /// The outcome of a message's arrival.
    enum Outcome {
        /// The message is answered, or gets no answer; its place is free again.
        case settled

        /// The message waits in the queue.
        case queued
    }
}
