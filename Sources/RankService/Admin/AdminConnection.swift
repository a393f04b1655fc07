import RankSystem

/// One connection of the admin server, from its acceptance to its close; never waits.
struct AdminConnection: ~Copyable {
    let descriptor: Int32
    /// When the connection is closed in any case, in nanoseconds.
    let deadline: UInt64

    private var reader = HTTPRequestReader()
    private var output: [UInt8] = []
    private var sentCount = 0
    /// The answer is sent; further bytes are discarded until the peer closes, since a close with unread bytes would
    /// discard the answer.
    private var isLingering = false

    init(descriptor: Int32, deadline: UInt64) {
        self.descriptor = descriptor
        self.deadline = deadline
    }

    deinit {
        close(descriptor)
    }

    /// Whether an answer is being sent.
    var isAnswering: Bool { !output.isEmpty && !isLingering }

    /// The events to poll for.
    var events: Int16 { Int16(output.isEmpty || isLingering ? POLLIN : POLLOUT) }

    /// Reads or writes as much as the descriptor allows now.
    ///
    /// - Parameter respond: Answers a whole request.
    /// - Returns: False when the connection is to be closed.
    mutating func advance(_ respond: (HTTPRequestReader.Outcome) -> HTTPResponse) -> Bool {
        if output.isEmpty || isLingering {
            guard read(respond) else { return false }
        }
        return output.isEmpty || isLingering || write()
    }

    private mutating func read(_ respond: (HTTPRequestReader.Outcome) -> HTTPResponse) -> Bool {
        var buffer = InlineArray<1_024, UInt8>(repeating: 0)
        var span = buffer.mutableSpan
        let descriptor = descriptor
        let count = unsafe span.withUnsafeMutableBufferPointer { unsafe recv(descriptor, $0.baseAddress, $0.count, 0) }
        if count < 0 { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR }
        guard count > 0 else { return false }
        if isLingering { return true }
        let outcome = reader.append((0..<count).lazy.map { buffer[$0] })
        if outcome != .incomplete { output = respond(outcome).bytes }
        return true
    }

    private mutating func write() -> Bool {
        let (descriptor, start) = (descriptor, sentCount)
        #if canImport(Darwin)
        let flags: Int32 = 0
        #else
        let flags = Int32(MSG_NOSIGNAL)
        #endif
        let count = unsafe output.withUnsafeBytes { bytes in
            unsafe send(descriptor, bytes.baseAddress.map { unsafe $0 + start }, bytes.count - start, flags)
        }
        if count < 0 { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR }
        sentCount += count
        if sentCount == output.count {
            isLingering = true
            shutdown(descriptor, Int32(SHUT_WR))
        }
        return true
    }
}
