import ZMQ

/// A socket to one worker.
///
/// A class, because a socket cannot be copied and an array's elements must be; used by one thread.
final class LoadLink {
    let socket: Socket
    /// The requests in flight on this link.
    var outstanding = 0

    init(to endpoint: Endpoint, in context: Context, maximumReplyBytes: Int) throws(ZMQError) {
        // The queues of the pool: what a worker does not read is refused here soon, and counted.
        socket = try Socket(.dealer, in: context, settings: .client(maximumMessageSize: Int64(maximumReplyBytes)))
        try socket.connect(endpoint)
    }
}
