#if os(Linux)
import CLibrary

/// Waits for descriptors with epoll(7).
///
/// Belongs to one thread.
///
/// - Complexity: A wait is O(*r*) in the number of readable descriptors, however many are in the set.
@safe
package struct EpollSet: ~Copyable {
    /// The most descriptors that one wait reports; the next reports the others.
    private static let batch = 64

    private let descriptor: FileDescriptor
    private var events = unsafe [epoll_event](repeating: epoll_event(), count: batch)

    /// An empty set.
    ///
    /// - Throws: `resourceExhausted` if descriptors ran out.
    package init() throws(SystemError) {
        // https://man7.org/linux/man-pages/man2/epoll_create.2.html
        let number = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard number >= 0 else { throw .failed(to: "make an epoll instance", call: "epoll_create1") }
        descriptor = FileDescriptor(owning: number)
    }

    /// Adds a descriptor to wait for.
    ///
    /// - Parameters:
    ///   - descriptor: A descriptor that is not in the set, open until it is removed.
    ///   - name: The name under which the wait reports it.
    /// - Throws: `resourceExhausted` at the system's limit of watches, `system` for a descriptor that is not open.
    package mutating func add(_ descriptor: Int32, as name: UInt64) throws(SystemError) {
        var event = unsafe epoll_event(events: EPOLLIN.rawValue, data: epoll_data_t(u64: name))
        // https://man7.org/linux/man-pages/man2/epoll_ctl.2.html
        guard unsafe epoll_ctl(self.descriptor.number, EPOLL_CTL_ADD, descriptor, &event) == 0 else {
            throw .failed(to: "watch a descriptor", call: "epoll_ctl")
        }
    }

    /// Removes a descriptor, before it is closed.
    package mutating func remove(_ descriptor: Int32) {
        var event = unsafe epoll_event()
        unsafe epoll_ctl(self.descriptor.number, EPOLL_CTL_DEL, descriptor, &event)
    }

    /// Waits until a descriptor is readable or the time is over; a signal does not end the wait.
    ///
    /// - Parameter microseconds: The longest wait (µs), rounded up to milliseconds: `nil` for ever, 0 or less not at
    ///   all.
    /// - Returns: The number of descriptors for ``name(at:)``.
    /// - Throws: `system` with the reason.
    package mutating func wait(microseconds: Int64?) throws(SystemError) -> Int {
        let count = Int32(Self.batch)
        let number = descriptor.number
        // https://man7.org/linux/man-pages/man2/epoll_wait.2.html
        return try waitingOut(microseconds, "epoll_wait") { unsafe epoll_wait(number, &events, count, $0) }
    }

    /// The name of a descriptor that the last wait found readable.
    package func name(at index: Int) -> UInt64 { unsafe events[index].data.u64 }
}

/// The set of descriptors that suits this system.
package typealias DescriptorSet = EpollSet
#endif
