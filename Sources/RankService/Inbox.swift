import ZMQ

/// The messages that a worker has received and not answered yet, oldest first; bounded, and without allocation after
/// it was made.
///
/// Waiting happens here, where it is timed and can be taken back, and not in libzmq's queues. Once one of the bounds is
/// reached the worker stops to receive, libzmq's short queues fill, and then TCP holds the senders back.
///
/// Belongs to the worker's thread.
final class Inbox {
    /// How many messages may wait.
    static let capacity = 256

    /// The bytes of waiting requests, envelopes included, beyond which no further one is received.
    static let byteLimit = 16 << 20

    private let slots: [ReceivedMessage]
    private var head = 0
    private var empty = Message()

    /// How many messages wait, the one that is being answered included.
    private(set) var count = 0

    /// The bytes of their bodies, which tell how long they take.
    private(set) var byteCount = 0

    /// The bytes of all their frames, which tell what memory they take.
    private var heldByteCount = 0

    init() {
        slots = (0..<Self.capacity).map { _ in ReceivedMessage() }
    }

    /// Whether another message may be received.
    var hasRoom: Bool { count < Self.capacity && heldByteCount < Self.byteLimit }

    /// The oldest message is being answered, and waits no more.
    private var isFirstTaken = false

    /// How many messages wait behind the one that is being answered.
    var waitingCount: Int { isFirstTaken ? count - 1 : count }

    /// The bytes of the bodies of those that wait.
    var waitingByteCount: Int { isFirstTaken ? byteCount - slots[head].bodyByteCount : byteCount }

    /// Takes the oldest message up; it stays in its place until ``removeFirst()``.
    func takeFirst() -> ReceivedMessage? {
        guard count > 0 else { return nil }
        isFirstTaken = true
        return slots[head]
    }

    /// Receives a message behind the others.
    ///
    /// Only while there is room.
    ///
    /// - Parameters:
    ///   - socket: Where from.
    ///   - source: The socket's number.
    ///   - time: The time of the arrival.
    /// - Returns: The message, or nil if there was none.
    /// - Throws: `contextTerminated` after a shutdown.
    func receive(
        from socket: borrowing Socket,
        source: Int,
        at time: UInt64
    ) throws(ZMQError) -> ReceivedMessage? {
        let message = slots[(head + count) % Self.capacity]
        guard try message.receive(from: socket, source: source, at: time) else { return nil }
        count += 1
        byteCount += message.bodyByteCount
        heldByteCount += message.heldByteCount
        return message
    }

    /// Forgets the message received last, which was dealt with at once.
    func removeLast() {
        let message = slots[(head + count - 1) % Self.capacity]
        byteCount -= message.bodyByteCount
        heldByteCount -= message.heldByteCount
        message.release(into: &empty)
        count -= 1
    }

    /// Forgets the oldest message, which was answered.
    func removeFirst() {
        byteCount -= slots[head].bodyByteCount
        heldByteCount -= slots[head].heldByteCount
        slots[head].release(into: &empty)
        head = (head + 1) % Self.capacity
        count -= 1
        isFirstTaken = false
    }

    /// The oldest waiting message that fulfils a condition; the one that is being answered does not wait.
    func firstWaiting(where isWanted: (ReceivedMessage) -> Bool) -> ReceivedMessage? {
        for offset in (count - waitingCount)..<count {
            let message = slots[(head + offset) % Self.capacity]
            if isWanted(message) { return message }
        }
        return nil
    }
}
