import CLibrary

/// Waits for descriptors with poll(2), for systems without epoll(7).
///
/// Belongs to one thread.
///
/// - Complexity: A wait is O(*n*) in the number of descriptors.
package struct PollSet: ~Copyable {
    private var entries: [pollfd] = []
    private var names: [UInt64] = []
    private var ready: [UInt64] = []

    /// An empty set.
    package init() throws(SystemError) {}

    /// Adds a descriptor to wait for.
    ///
    /// - Parameters:
    ///   - descriptor: A descriptor that is not in the set, open until it is removed.
    ///   - name: The name under which the wait reports it.
    /// - Throws: Nothing; ``EpollSet`` may.
    package mutating func add(_ descriptor: Int32, as name: UInt64) throws(SystemError) {
        entries.append(pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0))
        names.append(name)
    }

    /// Removes a descriptor, before it is closed.
    package mutating func remove(_ descriptor: Int32) {
        guard let index = entries.firstIndex(where: { $0.fd == descriptor }) else { return }
        entries.remove(at: index)
        names.remove(at: index)
    }

    /// Waits until a descriptor is readable or the time is over; a signal does not end the wait.
    ///
    /// - Parameter microseconds: The longest wait (µs), rounded up to milliseconds: `nil` for ever, 0 or less not at
    ///   all.
    /// - Returns: The number of descriptors for ``name(at:)``.
    /// - Throws: `system` with the reason.
    package mutating func wait(microseconds: Int64?) throws(SystemError) -> Int {
        ready.removeAll(keepingCapacity: true)
        let count = nfds_t(entries.count)
        // https://man7.org/linux/man-pages/man2/poll.2.html
        let result = try waitingOut(microseconds, "poll") { unsafe poll(&entries, count, $0) }
        guard result > 0 else { return 0 }
        for index in entries.indices where entries[index].revents != 0 { ready.append(names[index]) }
        return ready.count
    }

    /// The name of a descriptor that the last wait found readable.
    package func name(at index: Int) -> UInt64 { ready[index] }
}

/// Waits with a system call that counts milliseconds, and again after each signal, until the time is over.
///
/// - Parameters:
///   - microseconds: The longest wait (µs): `nil` for ever.
///   - name: The name of the system call.
///   - call: Takes milliseconds, −1 for ever; returns −1 with `errno`, or a count.
/// - Returns: The count; 0 when the time is over.
/// - Throws: The error that `errno` stands for.
func waitingOut(_ microseconds: Int64?, _ name: String, _ call: (Int32) -> Int32) throws(SystemError) -> Int {
    let deadline = microseconds.flatMap { $0 > 0 ? MonotonicClock.microseconds(after: $0) : nil }
    var rest = microseconds
    while true {
        let result = call(rest.map { Int32(MonotonicClock.wholeMilliseconds(ofMicroseconds: $0)) } ?? -1)
        if result >= 0 { return Int(result) }
        guard errno == EINTR else { throw .failed(to: "wait for descriptors", call: name) }
        if let deadline { rest = deadline - MonotonicClock.microseconds() }
    }
}

#if !os(Linux)
/// The set of descriptors that suits this system.
package typealias DescriptorSet = PollSet
#endif
