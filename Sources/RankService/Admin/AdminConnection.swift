import RankSystem

/// One connection of the admin server, from its acceptance to its close; never waits.
struct AdminConnection: ~Copyable {
    private let socket: StreamSocket
    /// When the connection is closed in any case, in nanoseconds.
    let deadline: UInt64

    private var reader = HTTPRequestReader()
    private var output: [UInt8] = []
    private var sentCount = 0
    /// The answer is sent; further bytes are discarded until the peer closes, since a close with unread bytes would
    /// discard the answer.
    private var isLingering = false

    init(_ socket: consuming StreamSocket, deadline: UInt64) {
        self.socket = socket
        self.deadline = deadline
    }

    /// The connection's descriptor.
    var descriptor: Int32 { socket.descriptor }

    /// Whether an answer is being sent.
    var isAnswering: Bool { !output.isEmpty && !isLingering }

    /// The event to wait for.
    var event: PollList.Event { output.isEmpty || isLingering ? .readable : .writable }

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
        let transfer = unsafe withUnsafeMutableBytes(of: &buffer) { unsafe socket.receive(into: $0) }
        guard case .bytes(let count) = transfer else { return transfer == .later }
        if isLingering { return true }
        let outcome = reader.append((0..<count).lazy.map { buffer[$0] })
        if outcome != .incomplete { output = respond(outcome).bytes }
        return true
    }

    private mutating func write() -> Bool {
        let start = sentCount
        let transfer = unsafe output.withUnsafeBytes { bytes in
            unsafe socket.send(UnsafeRawBufferPointer(rebasing: bytes[start...]))
        }
        guard case .bytes(let count) = transfer else { return transfer == .later }
        sentCount += count
        if sentCount == output.count {
            isLingering = true
            socket.endSending()
        }
        return true
    }
}
