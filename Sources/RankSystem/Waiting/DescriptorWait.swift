import CLibrary

/// Waits for a wake-up and other descriptors with one system call, where `zmq_poll` makes five.
///
/// The descriptor of a ZeroMQ socket reports only events since the last receive that found nothing: receive from every
/// socket until nothing is left, and only then wait. See
/// <https://libzmq.readthedocs.io/en/latest/zmq_getsockopt.html> on `ZMQ_FD`.
package struct DescriptorWait {
    private var entries: [pollfd]

    /// Watches a wake-up and other descriptors.
    ///
    /// - Parameters:
    ///   - wakeUp: The descriptor of the wake-up.
    ///   - descriptors: The other descriptors.
    package init(wakeUp: Int32, descriptors: [Int32]) {
        entries = ([wakeUp] + descriptors).map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    }

    /// Whether the last wait found the wake-up rung; true at most once for each wait.
    package mutating func takeRing() -> Bool {
        defer { entries[0].revents = 0 }
        return entries[0].revents != 0
    }

    /// Waits until a descriptor is readable or the time is over.
    ///
    /// A signal ends the wait early.
    ///
    /// - Parameter milliseconds: The longest wait (ms); 0 only looks, a negative number waits for ever.
    /// - Returns: Whether a descriptor is readable.
    package mutating func wait(milliseconds: Int32) -> Bool {
        let count = nfds_t(entries.count)
        // https://man7.org/linux/man-pages/man2/poll.2.html
        return unsafe poll(&entries, count, milliseconds) > 0
    }
}
