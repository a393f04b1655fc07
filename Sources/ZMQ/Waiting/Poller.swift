import CZMQ
import RankSystem

/// The operations that a socket or a descriptor allows without waiting.
public struct Readiness: OptionSet, Hashable, Sendable {
    /// The bits of `ZMQ_POLLIN`, `ZMQ_POLLOUT` and `ZMQ_POLLERR`.
    public let rawValue: Int16

    /// Makes a set from its bits.
    ///
    /// - Parameter rawValue: The bits.
    public init(rawValue: Int16) { self.rawValue = rawValue }

    /// At least one frame, or byte, can be received.
    public static let readable = Readiness(rawValue: Int16(ZMQ_POLLIN))

    /// At least one frame, or byte, can be sent.
    public static let writable = Readiness(rawValue: Int16(ZMQ_POLLOUT))

    /// A descriptor failed or its other end hung up; sockets never report it.
    public static let failed = Readiness(rawValue: Int16(ZMQ_POLLERR))
}

/// Waits for several sockets and descriptors at once.
///
/// ```swift
/// var poller = Poller()
/// let requests = poller.add(socket)
/// let stop = poller.add(fileDescriptor: wakeUp.fileDescriptor)
/// while try poller.poll(timeoutMicroseconds: nil) > 0, !poller.readiness(at: stop).contains(.readable) { ... }
/// ```
///
/// Belongs to the thread of its sockets. A closed socket is passed over. Made for up to about eight entries: above 16
/// libzmq allocates memory.
@safe
public struct Poller: ~Copyable {
    /// The place of one socket or descriptor, valid until it is removed.
    public struct Slot: Hashable, Sendable {
        let index: Int
    }

    private var items: [zmq_pollitem_t] = unsafe []
    private var handles: [SocketHandle?] = []
    private var free: [Int] = []

    /// An empty poller.
    public init() {}

    /// Adds a socket.
    ///
    /// - Parameters:
    ///   - socket: The socket, which may be closed or moved later.
    ///   - interest: The operations to wait for.
    /// - Returns: The socket's place.
    public mutating func add(_ socket: borrowing Socket, for interest: Readiness = .readable) -> Slot {
        let item = unsafe zmq_pollitem_t(
            socket: socket.handle.pointer,
            fd: -1,
            events: interest.rawValue,
            revents: 0
        )
        return unsafe insert(item, handle: socket.handle)
    }

    /// Adds a descriptor, such as that of a `WakeUp`.
    ///
    /// - Parameters:
    ///   - fileDescriptor: The descriptor, open until it is removed.
    ///   - interest: The operations to wait for.
    /// - Returns: The descriptor's place.
    public mutating func add(fileDescriptor: Int32, for interest: Readiness = .readable) -> Slot {
        let item = unsafe zmq_pollitem_t(socket: nil, fd: fileDescriptor, events: interest.rawValue, revents: 0)
        return unsafe insert(item, handle: nil)
    }

    /// Changes the operations that an entry waits for.
    ///
    /// An entry without any costs nearly nothing.
    ///
    /// - Parameters:
    ///   - interest: The operations to wait for from now on.
    ///   - slot: The entry.
    public mutating func wait(for interest: Readiness, at slot: Slot) {
        unsafe items[slot.index].events = interest.rawValue
    }

    /// Removes an entry; its slot may be reused for an entry added later.
    ///
    /// - Parameter slot: The entry.
    public mutating func remove(_ slot: Slot) {
        vacate(slot.index)
        free.append(slot.index)
    }

    /// Waits until an entry is ready or the time is over.
    ///
    /// A signal does not end the wait: let its handler write to a `WakeUp` in the poller. Allocates no memory for up to
    /// 16 entries.
    ///
    /// - Parameter timeoutMicroseconds: The longest wait (µs): `nil` for ever, 0 or less not at all. libzmq counts
    ///   milliseconds, so the time is rounded **up** to the next one: the wait never ends early.
    /// - Returns: The number of ready entries; 0 when the time is over.
    /// - Throws: `contextTerminated` after a shutdown.
    /// - Complexity: O(*n*) in the number of entries.
    public mutating func poll(timeoutMicroseconds: Int64?) throws(ZMQError) -> Int {
        for index in handles.indices where handles[index]?.isOpen == false { vacate(index) }
        let deadline = timeoutMicroseconds.flatMap { $0 > 0 ? MonotonicClock.microseconds(after: $0) : nil }
        var timeout = timeoutMicroseconds
        while true {
            let milliseconds = timeout.map { MonotonicClock.wholeMilliseconds(ofMicroseconds: $0) } ?? -1
            let result = unsafe items.withUnsafeMutableBufferPointer { buffer in
                // https://libzmq.readthedocs.io/en/latest/zmq_poll.html
                unsafe zmq_poll(buffer.baseAddress, Int32(buffer.count), milliseconds)
            }
            if result >= 0 { return Int(result) }
            let errorNumber = zmq_errno()
            guard errorNumber == ZMQ_EINTR else { throw .failed(to: "poll", errorNumber: errorNumber) }
            if let deadline { timeout = deadline - MonotonicClock.microseconds() }
        }
    }

    /// Adds the events of a monitor.
    ///
    /// - Parameter monitor: The monitor, which may be closed or moved later.
    /// - Returns: The monitor's place.
    public mutating func add(_ monitor: borrowing SocketMonitor) -> Slot { add(monitor.events) }

    /// The readiness of an entry as the last ``poll(timeoutMicroseconds:)`` found it.
    ///
    /// - Parameter slot: The entry.
    /// - Returns: The operations possible without waiting; none for a closed socket.
    public func readiness(at slot: Slot) -> Readiness {
        unsafe Readiness(rawValue: items[slot.index].revents)
    }

    private mutating func insert(_ item: zmq_pollitem_t, handle: SocketHandle?) -> Slot {
        if let index = free.popLast() {
            unsafe items[index] = item
            handles[index] = handle
            return Slot(index: index)
        }
        unsafe items.append(item)
        handles.append(handle)
        return Slot(index: handles.count - 1)
    }

    /// Replaces an entry by one that never becomes ready: poll(2) passes over negative descriptors.
    private mutating func vacate(_ index: Int) {
        unsafe items[index] = zmq_pollitem_t(socket: nil, fd: -1, events: 0, revents: 0)
        handles[index] = nil
    }
}
