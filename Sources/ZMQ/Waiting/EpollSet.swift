#if os(Linux)
import CZMQ

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Waits for descriptors with epoll(7).
///
/// Belongs to one thread. A wait costs time linear in the number of descriptors that are readable, not in that of all.
@safe
package struct EpollSet: ~Copyable {
    /// The most descriptors that one wait reports; the others are reported by the next.
    private static let batch = 64

    private let descriptor: Int32
    private var events = unsafe [epoll_event](repeating: epoll_event(), count: batch)

    /// An empty set.
    ///
    /// - Throws: `resourceExhausted` where descriptors ran out.
    package init() throws(ZMQError) {
        // https://man7.org/linux/man-pages/man2/epoll_create.2.html
        let descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard descriptor >= 0 else { throw .failed(to: "make an epoll instance", errorNumber: errno) }
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// Waits for a descriptor to become readable, too.
    ///
    /// - Parameters:
    ///   - descriptor: Open until it is removed, and in here once.
    ///   - name: What the wait reports.
    /// - Throws: `resourceExhausted` at the system's limit of watches, `system` for a descriptor that is not open.
    package mutating func add(_ descriptor: Int32, as name: UInt64) throws(ZMQError) {
        var event = unsafe epoll_event(events: EPOLLIN.rawValue, data: epoll_data_t(u64: name))
        // https://man7.org/linux/man-pages/man2/epoll_ctl.2.html
        guard unsafe epoll_ctl(self.descriptor, EPOLL_CTL_ADD, descriptor, &event) == 0 else {
            throw .failed(to: "watch a descriptor", errorNumber: errno)
        }
    }

    /// Takes a descriptor out, before it is closed.
    package mutating func remove(_ descriptor: Int32) {
        var event = unsafe epoll_event()
        unsafe epoll_ctl(self.descriptor, EPOLL_CTL_DEL, descriptor, &event)
    }

    /// Waits until a descriptor is readable or the time is over; a signal does not end the wait.
    ///
    /// - Parameter microseconds: How long: `nil` for ever, 0 or less not at all; rounded up to milliseconds.
    /// - Returns: How many descriptors ``name(at:)`` knows.
    /// - Throws: `system` with the reason.
    package mutating func wait(microseconds: Int64?) throws(ZMQError) -> Int {
        let count = Int32(Self.batch)
        // https://man7.org/linux/man-pages/man2/epoll_wait.2.html
        return try waitingOut(microseconds) { unsafe epoll_wait(descriptor, &events, count, $0) }
    }

    /// The name of one that the last wait found readable.
    package func name(at index: Int) -> UInt64 { unsafe events[index].data.u64 }
}

/// Waits for descriptors, in the way of this system.
package typealias DescriptorSet = EpollSet
#endif
