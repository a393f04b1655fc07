package import RankProtocol

/// What a frame is found to be when it arrives.
package enum Arrival {
    /// A request that may have to wait for its turn.
    case request(QueuedRequest)

    /// A CANCEL of another request.
    case cancel(RequestHeader, target: RequestID)

    /// A frame that was answered at once: something is wrong with it.
    case answered

    /// What becomes of a message at its arrival.
    enum Outcome {
        /// The message is answered, or gets no answer; its place is free again.
        case settled

        /// The message waits in the queue.
        case queued
    }
}
