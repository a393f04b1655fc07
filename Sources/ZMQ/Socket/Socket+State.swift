import CZMQ

extension Socket {
    /// `ZMQ_FD`: the descriptor to wait on with epoll, owned by libzmq.
    ///
    /// The descriptor says only that there may be news since the last call that found nothing: after it has fired, and
    /// after every send, which may take the news in passing, receive until there is nothing, and only then wait again.
    ///
    /// - Returns: The descriptor; never read it, write it or close it.
    /// - Throws: `contextTerminated` after a shutdown.
    public func fileDescriptor() throws(ZMQError) -> Int32 {
        try value(of: ZMQ_FD, name: "FD", initial: 0 as Int32)
    }

    /// `ZMQ_EVENTS`: what the socket can do now without waiting.
    ///
    /// - Returns: `readable`, `writable`, both or neither.
    /// - Throws: `contextTerminated` after a shutdown.
    public func readiness() throws(ZMQError) -> Readiness {
        Readiness(rawValue: Int16(truncatingIfNeeded: try value(of: ZMQ_EVENTS, name: "EVENTS", initial: 0 as Int32)))
    }

    /// `ZMQ_RCVMORE`: whether the frame received last has more frames of the same message behind it.
    ///
    /// - Returns: The same as ``Message/hasMore`` of that frame.
    /// - Throws: `contextTerminated` after a shutdown.
    public func hasMoreFrames() throws(ZMQError) -> Bool {
        try value(of: ZMQ_RCVMORE, name: "RCVMORE", initial: 0 as Int32) != 0
    }

    /// `ZMQ_LAST_ENDPOINT`: where the last bind or connect went, with the port that the system chose.
    ///
    /// - Returns: The endpoint's text, empty before any bind or connect.
    /// - Throws: `contextTerminated` after a shutdown.
    public func lastEndpoint() throws(ZMQError) -> String {
        var text = try bytes(of: ZMQ_LAST_ENDPOINT, name: "LAST_ENDPOINT", capacity: 1_024)
        if let end = text.firstIndex(of: 0) { text.removeSubrange(end...) }
        return String(decoding: text, as: UTF8.self)
    }

    /// `ZMQ_ROUTING_ID`: the identity that this socket gives itself towards a ROUTER.
    ///
    /// - Returns: 1 to 255 bytes, or none where the ROUTER makes one up.
    /// - Throws: `contextTerminated` after a shutdown.
    public func routingID() throws(ZMQError) -> [UInt8] {
        try bytes(of: ZMQ_ROUTING_ID, name: "ROUTING_ID", capacity: 255)
    }

    /// Sets `ZMQ_ROUTING_ID`, for the connects that follow.
    ///
    /// - Parameter identity: 1 to 255 bytes, the first of them not zero, unique among the peers of the ROUTER.
    /// - Throws: `invalidOption` for any other length.
    public func setRoutingID(_ identity: [UInt8]) throws(ZMQError) {
        guard identity.first != 0 else {
            throw ZMQError(code: .invalidOption, message: "a routing id may not start with a zero byte")
        }
        let result = retryingInterrupts {
            unsafe zmq_setsockopt(handle.pointer, ZMQ_ROUTING_ID, identity, identity.count)
        }
        guard result == 0 else { throw .failed(to: "set a routing id of \(identity.count) bytes (1 to 255)") }
    }

    private func bytes(of code: Int32, name: String, capacity: Int) throws(ZMQError) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: capacity)
        var size = capacity
        let result = retryingInterrupts { unsafe zmq_getsockopt(handle.pointer, code, &buffer, &size) }
        guard result == 0 else { throw .failed(to: "read \(name) of a \(type) socket") }
        return Array(buffer.prefix(size))
    }
}
