import RankProtocol
import RankSystem
import ZMQ

/// One message of a worker's socket, with room that is reused for the next.
///
/// Belongs to the worker's thread. Holds the memory of a message from its receipt to ``release(into:)``.
final class ReceivedMessage {
    /// The frames that are kept, in order: identity, envelope, body.
    ///
    /// Unchecked: see ``Scheduler``.
    @safe @exclusivity(unchecked) private var frames = InlineArray<10, Message> { _ in Message() }

    /// The number of these frames that the message has filled.
    private var heldCount = 0

    /// The bytes of all these frames as they were received: a reply takes the envelope's with it.
    private(set) var heldByteCount = 0

    /// The place of all other frames, each overwriting the one before.
    @safe @exclusivity(unchecked) private var surplus = Message()

    /// The shape of the message.
    private(set) var verdict = Envelope.Verdict.malformed

    /// When the message was received, in nanoseconds of ``MonotonicClock``.
    var arrival: UInt64 = 0

    /// The number of the worker's socket that the message came from.
    private(set) var source = 0

    /// The request, once it waits.
    @safe @exclusivity(unchecked) var request: QueuedRequest?

    /// The work on the request, once it has begun.
    @safe @exclusivity(unchecked) var job: ScoreJob?

    /// Receives a whole message.
    ///
    /// - Parameters:
    ///   - socket: The socket.
    ///   - source: The socket's number.
    ///   - waiting: Whether to wait for one.
    /// - Returns: Whether there was one.
    /// - Throws: `contextTerminated` after a shutdown.
    func receive(from socket: borrowing Socket, source: Int, waiting: Waiting) throws(ZMQError) -> Bool {
        guard try socket.receive(into: &frames[0], waiting: waiting) else { return false }
        var envelope = Envelope()
        envelope.append(isEmpty: frames[0].isEmpty)
        var hasMore = frames[0].hasMore
        while hasMore {
            let index = envelope.frameCount
            // libzmq hands over the frames of a message together: once the first is there, so are the others.
            if index < frames.count {
                guard try socket.receive(into: &frames[index]) else { break }
                envelope.append(isEmpty: frames[index].isEmpty)
                hasMore = frames[index].hasMore
            } else {
                guard try socket.receive(into: &surplus) else { break }
                envelope.append(isEmpty: surplus.isEmpty)
                hasMore = surplus.hasMore
            }
        }
        heldCount = min(envelope.frameCount, frames.count)
        heldByteCount = 0
        for index in 0..<heldCount { heldByteCount += frames[index].byteCount }
        verdict = envelope.verdict
        self.source = source
        return true
    }

    /// Frees the memory of the message: a free place must not keep that of a large one.
    ///
    /// - Parameter empty: A message without content, and without content afterwards.
    func release(into empty: inout Message) {
        for index in 0..<heldCount { frames[index].take(from: &empty) }
        heldCount = 0
        surplus.take(from: &empty)
        verdict = .malformed
        request = nil
        job = nil
    }

    /// Calls a function with the request's own bytes, in place; with none for any other message.
    func withBody<Result>(_ function: (RawSpan) throws(ZMQError) -> Result) throws(ZMQError) -> Result {
        guard case .request(let index) = verdict else { return try function(RawSpan()) }
        return try unsafe frames[index].withUnsafeBytes { (bytes) throws(ZMQError) in
            try unsafe function(bytes.bytes)
        }
    }

    /// The client's key for queues: the same for all messages of a connection, and of no other.
    ///
    /// Seeded at random in each process, so that no client can take on another's key. Allocates nothing.
    var client: UInt64 {
        var hasher = Hasher()
        hasher.combine(source)
        unsafe frames[0].withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }

    /// Whether two messages came over the same connection: the same socket and the same identity.
    func isFromSamePeer(as other: ReceivedMessage) -> Bool {
        guard source == other.source, frames[0].byteCount == other.frames[0].byteCount else { return false }
        return unsafe frames[0].withUnsafeBytes { mine in
            unsafe other.frames[0].withUnsafeBytes { theirs in unsafe mine.elementsEqual(theirs) }
        }
    }

    /// Answers the message in the shape in which it came, which uses its envelope up.
    ///
    /// Never waits.
    ///
    /// - Parameters:
    ///   - reply: The frame to send; not empty.
    ///   - socket: The socket that the message came from.
    /// - Returns: The outcome of the send; `unreachable` also for a message that has no answer.
    /// - Throws: `contextTerminated` after a shutdown.
    func answer(_ reply: RawSpan, through socket: borrowing Socket) throws(ZMQError) -> SendOutcome {
        let echo: Int
        switch verdict {
        case .request(let body): echo = body
        case .wrongShape(let frames): echo = frames
        case .probe, .malformed: return .unreachable
        }
        for index in 0..<echo {
            let outcome = try socket.send(&frames[index], more: true)
            guard outcome == .sent else { return outcome }
        }
        return try socket.send(copying: reply)
    }
}
