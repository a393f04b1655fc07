import ZMQ

/// The places of messages that a worker has received and not answered yet: bounded, made when first needed, and reused.
///
/// Messages wait here, where their wait is timed and can be cancelled, and not in libzmq's queues. Their order is that
/// of ``FairQueue``, which refers to a message by the number of its place.
///
/// Belongs to the worker's thread.
final class Inbox {
    // Unchecked: see ``Scheduler``.
    @safe @exclusivity(unchecked) private var places: [ReceivedMessage] = []
    /// The free places are the last `freeCount` numbers; those that were not made yet come last, in order.
    @safe @exclusivity(unchecked) private var free: [Int]
    @safe @exclusivity(unchecked) private var freeCount: Int
    @safe @exclusivity(unchecked) private var empty = Message()

    /// Prepares a number of places; each takes about 1 KB once it is made.
    init(capacity: Int) {
        places.reserveCapacity(capacity)
        free = (0..<capacity).reversed()
        freeCount = capacity
    }

    /// Whether another message may be received.
    var hasRoom: Bool { freeCount > 0 }

    /// The message at a place.
    subscript(place: Int) -> ReceivedMessage { places[place] }

    /// Receives a message.
    ///
    /// Only while there is room.
    ///
    /// - Parameters:
    ///   - socket: The socket.
    ///   - source: The socket's number.
    ///   - waiting: Whether to wait for a message, as long as the socket's time-out says.
    /// - Returns: The message's place; nil if there was none.
    /// - Throws: `contextTerminated` after a shutdown.
    func receive(from socket: borrowing Socket, source: Int, waiting: Waiting = .never) throws(ZMQError) -> Int? {
        let place = free[freeCount - 1]
        if place == places.count { places.append(ReceivedMessage()) }
        guard try places[place].receive(from: socket, source: source, waiting: waiting) else { return nil }
        freeCount -= 1
        return place
    }

    /// Frees the place of a message that was answered or dropped.
    func release(_ place: Int) {
        places[place].release(into: &empty)
        free[freeCount] = place
        freeCount += 1
    }
}
