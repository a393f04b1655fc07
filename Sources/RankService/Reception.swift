import RankProtocol
import ZMQ

/// A socket of a worker, shared by reference within its thread.
final class WorkerSocket {
    let socket: Socket

    init(_ socket: consuming Socket) {
        self.socket = socket
    }
}

/// Receives what has arrived, between requests and between the slices of one, and sends replies.
///
/// It deals at once with what must not wait its turn: messages that are no requests, and CANCEL, which would come too
/// late behind the request that it takes back. Belongs to the worker's thread; allocates nothing for a request.
final class Reception {
    /// How many messages are received from one socket before another has its turn.
    private static let burst = 64

    private let inbox = Inbox()
    private let sockets: [WorkerSocket]
    private let state: WorkerState
    private var writer = FrameWriter()

    init(sockets: [WorkerSocket], state: WorkerState) {
        self.sockets = sockets
        self.state = state
    }

    /// Receives what has arrived, up to a bound.
    ///
    /// Never waits.
    ///
    /// - Parameters:
    ///   - time: The time now.
    ///   - onlyFirst: Whether one request is enough: after idleness it is answered at once, and what came with it is
    ///     received while it is in work.
    /// - Returns: Whether every socket was left with nothing to receive.
    /// - Throws: `contextTerminated` after a shutdown.
    func receive(at time: UInt64, onlyFirst: Bool = false) throws(ZMQError) -> Bool {
        var isDrained = true
        for source in sockets.indices {
            var budget = Self.burst
            var hasMore = true
            while hasMore, budget > 0, inbox.hasRoom {
                let socket = sockets[source]
                if let message = try inbox.receive(from: socket.socket, source: source, at: time) {
                    if try isSettled(message) {
                        inbox.removeLast()
                    } else if onlyFirst {
                        noteLoad()
                        return false
                    }
                    budget -= 1
                } else {
                    hasMore = false
                }
            }
            if hasMore { isDrained = false }
        }
        noteLoad()
        return isDrained
    }

    /// Lets replies tell how much waits.
    private func noteLoad() {
        state.queueDepth = inbox.waitingCount
        state.queueBytes = inbox.waitingByteCount
    }

    /// Whether nothing waits.
    var isEmpty: Bool { inbox.count == 0 }

    /// Takes the oldest request up, which then waits no more.
    func takeFirst() -> ReceivedMessage? {
        guard let message = inbox.takeFirst() else { return nil }
        noteLoad()
        return message
    }

    /// Forgets the request that was taken up and answered.
    func removeFirst() {
        inbox.removeFirst()
    }

    /// Sends a reply to where its message came from, or counts that it could not be sent.
    ///
    /// Never waits.
    func send(_ reply: RawSpan, answering message: ReceivedMessage) throws(ZMQError) {
        state.counters.replies += 1
        if try !message.answer(reply, through: sockets[message.source].socket) { state.counters.unsent += 1 }
    }

    private func send(_ reply: borrowing FrameWriter, answering message: ReceivedMessage) throws(ZMQError) {
        try send(reply.bytes, answering: message)
    }

    /// Deals with a message that does not have to wait.
    private func isSettled(_ message: ReceivedMessage) throws(ZMQError) -> Bool {
        switch message.verdict {
        case .probe:
            return true
        case .malformed:
            state.counters.malformed += 1
            return true
        case .wrongShape:
            state.counters.requests += 1
            encode(
                ProtocolError(
                    .invalidArgument,
                    "a message has one frame behind its envelope, this one has none or several"
                )
            )
            try send(writer, answering: message)
            return true
        case .request:
            let isCancel = try message.withBody { (frame) throws(ZMQError) in Self.isCancel(frame) }
            guard isCancel else { return false }
            state.counters.requests += 1
            try message.withBody { (frame) throws(ZMQError) in answerCancel(frame, from: message) }
            try send(writer, answering: message)
            return true
        }
    }

    /// Whether a frame is a CANCEL, as far as its kind says.
    private static func isCancel(_ frame: RawSpan) -> Bool {
        guard frame.byteCount > 17 else { return false }
        return unsafe frame.unsafeLoad(fromByteOffset: 17, as: UInt8.self) == RequestKind.cancel.rawValue
    }

    private func answerCancel(_ frame: RawSpan, from message: ReceivedMessage) {
        do throws(ProtocolError) {
            let request = try RequestFrame(decoding: frame, limits: state.limits)
            try request.header.checkTarget(model: state.model, profile: state.profile)
            try request.header.checkDeadline()
            let target = try request.cancelledRequest()
            let waiting = inbox.firstWaiting { other in
                other !== message && !other.isCancelled && other.requestID == target.rawValue
                    && other.isFromSamePeer(as: message)
            }
            waiting?.isCancelled = true
            writer.encodeCancelReply(state.header(answering: request.header.id), wasWaiting: waiting != nil)
        } catch {
            encode(error)
        }
    }

    private func encode(_ error: ProtocolError) {
        state.counters.errors += 1
        writer.encodeErrorReply(state.header(answering: error.requestID), error: ErrorReply(answering: error))
    }
}
