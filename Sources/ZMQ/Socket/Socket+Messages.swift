import CZMQ

/// The outcome of a send.
public enum SendOutcome: Hashable, Sendable {
    /// libzmq took the frame.
    case sent

    /// The queue is full, or no peer is connected; the frame was not taken.
    case wouldBlock

    /// A ROUTER does not know, or no longer knows, a peer of this identity; the frame was not taken.
    ///
    /// A ROUTER forgets a peer that left only after it has received all messages of that peer. Until then a full queue
    /// answers `wouldBlock`, and an empty one takes frames that no peer will read.
    case unreachable
}

/// Whether a call may wait.
public enum Waiting: Hashable, Sendable {
    /// Return at once. The choice for every socket that a poll loop serves.
    case never

    /// Wait as long as the socket's `sendTimeout` or `receiveTimeout` says, by default for ever.
    ///
    /// A signal starts the time-out anew.
    case allowed

    var flag: Int32 { self == .never ? ZMQ_DONTWAIT : 0 }
}

extension Socket {
    /// Receives one frame.
    ///
    /// The message's old content is released. Makes no allocation of its own, at any size.
    ///
    /// - Parameters:
    ///   - message: The received frame; empty if there was none.
    ///   - waiting: Whether to wait for a frame.
    /// - Returns: Whether a frame was received. `false` is not an error: there was none, or the time-out passed.
    /// - Throws: `contextTerminated` after a shutdown, `invalidOperation` out of turn on a REQ or REP.
    public func receive(into message: inout Message, waiting: Waiting = .never) throws(ZMQError) -> Bool {
        // https://libzmq.readthedocs.io/en/latest/zmq_msg_recv.html
        let result = retryingInterrupts { unsafe zmq_msg_recv(message.pointer, handle.pointer, waiting.flag) }
        if result != -1 { return true }
        let errorNumber = zmq_errno()
        if errorNumber == ZMQ_EAGAIN { return false }
        throw .failed(to: "receive from a \(type) socket", errorNumber: errorNumber)
    }

    /// Sends a frame by handing its memory to libzmq, without a copy.
    ///
    /// The frames of a multipart message travel together or not at all. After the first one was taken, a ROUTER takes
    /// the others too; a DEALER whose peer goes away in between answers `wouldBlock` and drops the first ones.
    ///
    /// - Parameters:
    ///   - message: The frame; empty after `sent`, and unchanged otherwise.
    ///   - more: Whether further frames of the same message follow.
    ///   - waiting: Whether to wait for room.
    /// - Returns: Whether libzmq took the frame. A frame not taken is the caller's to count, retry or drop.
    /// - Throws: `contextTerminated` after a shutdown, `invalidOperation` out of turn on a REQ or REP.
    public func send(
        _ message: inout Message,
        more: Bool = false,
        waiting: Waiting = .never
    ) throws(ZMQError) -> SendOutcome {
        let flags = waiting.flag | (more ? ZMQ_SNDMORE : 0)
        // https://libzmq.readthedocs.io/en/latest/zmq_msg_send.html
        return try outcome(retryingInterrupts { unsafe zmq_msg_send(message.pointer, handle.pointer, flags) })
    }

    /// Sends a frame by copying its bytes.
    ///
    /// - Parameters:
    ///   - bytes: The frame.
    ///   - more: Whether further frames of the same message follow.
    ///   - waiting: Whether to wait for room.
    /// - Returns: Whether libzmq took the frame. A frame not taken is the caller's to count, retry or drop.
    /// - Throws: `contextTerminated` after a shutdown, `invalidOperation` out of turn on a REQ or REP.
    public func send(
        copying bytes: RawSpan,
        more: Bool = false,
        waiting: Waiting = .never
    ) throws(ZMQError) -> SendOutcome {
        let flags = waiting.flag | (more ? ZMQ_SNDMORE : 0)
        return try outcome(
            unsafe bytes.withUnsafeBytes { buffer in
                // https://libzmq.readthedocs.io/en/latest/zmq_send.html
                retryingInterrupts { unsafe zmq_send(handle.pointer, buffer.baseAddress, buffer.count, flags) }
            }
        )
    }

    private func outcome(_ result: Int32) throws(ZMQError) -> SendOutcome {
        if result != -1 { return .sent }
        let errorNumber = zmq_errno()
        switch errorNumber {
        case ZMQ_EAGAIN: return .wouldBlock
        case ZMQ_EHOSTUNREACH: return .unreachable
        default: throw .failed(to: "send to a \(type) socket", errorNumber: errorNumber)
        }
    }
}
