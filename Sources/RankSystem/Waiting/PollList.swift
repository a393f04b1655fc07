import CLibrary

/// A list of descriptors to wait for with one system call, each with its own event; rewritten before each wait.
package struct PollList {
    /// The event that a descriptor is watched for.
    package enum Event: Sendable {
        case readable
        case writable
    }

    private var entries: [pollfd]

    /// A list of places, none of which watches a descriptor.
    package init(count: Int) {
        entries = Array(repeating: pollfd(fd: -1, events: 0, revents: 0), count: count)
    }

    /// Watches a descriptor at a place from now on; nil watches none.
    package mutating func watch(_ descriptor: Int32?, for event: Event = .readable, at place: Int) {
        // A negative descriptor is passed over.
        let events = Int16(event == .readable ? POLLIN : POLLOUT)
        entries[place] = pollfd(fd: descriptor ?? -1, events: events, revents: 0)
    }

    /// Waits until a descriptor is ready or the time is over; a signal ends the wait early.
    ///
    /// - Parameter milliseconds: The longest wait (ms); 0 only looks, a negative number waits for ever.
    package mutating func wait(milliseconds: Int32) {
        let count = nfds_t(entries.count)
        // https://man7.org/linux/man-pages/man2/poll.2.html
        _ = unsafe poll(&entries, count, milliseconds)
    }

    /// Whether the last wait found the descriptor at a place ready, or broken.
    package func isReady(at place: Int) -> Bool { entries[place].revents != 0 }
}
