import RankSystem

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Waits for descriptors with poll(2): what a system without epoll has.
///
/// Belongs to one thread. A wait costs time linear in the number of descriptors.
package struct PollSet: ~Copyable {
    private var entries: [pollfd] = []
    private var names: [UInt64] = []
    private var ready: [UInt64] = []

    /// An empty set.
    package init() throws(ZMQError) {}

    /// Waits for a descriptor to become readable, too.
    ///
    /// - Parameters:
    ///   - descriptor: Open until it is removed, and in here once.
    ///   - name: What the wait reports.
    /// - Throws: Never; the set of epoll may.
    package mutating func add(_ descriptor: Int32, as name: UInt64) throws(ZMQError) {
        entries.append(pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0))
        names.append(name)
    }

    /// Takes a descriptor out, before it is closed.
    package mutating func remove(_ descriptor: Int32) {
        guard let index = entries.firstIndex(where: { $0.fd == descriptor }) else { return }
        entries.remove(at: index)
        names.remove(at: index)
    }

    /// Waits until a descriptor is readable or the time is over; a signal does not end the wait.
    ///
    /// - Parameter microseconds: How long: `nil` for ever, 0 or less not at all; rounded up to milliseconds.
    /// - Returns: How many descriptors ``name(at:)`` knows.
    /// - Throws: `system` with the reason.
    package mutating func wait(microseconds: Int64?) throws(ZMQError) -> Int {
        ready.removeAll(keepingCapacity: true)
        let count = nfds_t(entries.count)
        // https://man7.org/linux/man-pages/man2/poll.2.html
        let result = try waitingOut(microseconds) { unsafe poll(&entries, count, $0) }
        guard result > 0 else { return 0 }
        for index in entries.indices where entries[index].revents != 0 { ready.append(names[index]) }
        return ready.count
    }

    /// The name of one that the last wait found readable.
    package func name(at index: Int) -> UInt64 { ready[index] }
}

/// Waits with a system call that counts milliseconds, again after each signal, until the time is over.
///
/// - Parameters:
///   - microseconds: How long: `nil` for ever.
///   - call: Takes milliseconds, −1 for ever; gives −1 with `errno`, or a count.
/// - Returns: The count; 0 when the time is over.
/// - Throws: `system` or what `errno` stands for.
func waitingOut(_ microseconds: Int64?, _ call: (Int32) -> Int32) throws(ZMQError) -> Int {
    let deadline = microseconds.flatMap { $0 > 0 ? MonotonicClock.microseconds(after: $0) : nil }
    var rest = microseconds
    while true {
        let result = call(rest.map { Int32(Poller.milliseconds(fromMicroseconds: $0)) } ?? -1)
        if result >= 0 { return Int(result) }
        guard errno == EINTR else { throw .failed(to: "wait for descriptors", errorNumber: errno) }
        if let deadline { rest = deadline - MonotonicClock.microseconds() }
    }
}

#if !os(Linux)
/// Waits for descriptors, in the way of this system.
package typealias DescriptorSet = PollSet
#endif
