import CLibrary

/// Wakes a thread that waits for descriptors; owned by that thread, rung from any other.
///
/// ```swift
/// let wakeUp = try WakeUp()
/// let bell = wakeUp.bell                                       // for other threads
/// try set.add(wakeUp.fileDescriptor, as: 0)
/// let count = try set.wait(microseconds: nil)
/// if (0..<count).contains(where: { set.name(at: $0) == 0 }) { wakeUp.reset() }
/// ```
///
/// An eventfd on Linux, a pipe elsewhere. Rings between two resets count once.
package struct WakeUp: ~Copyable, Sendable {
    /// The side that other threads ring.
    ///
    /// A bell keeps the descriptor open, so that a late ring is harmless.
    package struct Bell: Sendable {
        private let descriptors: WakeUpDescriptors

        fileprivate init(_ descriptors: WakeUpDescriptors) { self.descriptors = descriptors }

        /// Makes the descriptor readable.
        ///
        /// Never blocks; may be called on any thread.
        package func ring() { descriptors.ring() }
    }

    private let descriptors: WakeUpDescriptors

    /// Makes a wake-up without a ring.
    ///
    /// - Throws: `resourceExhausted` if descriptors ran out.
    package init() throws(SystemError) { descriptors = try WakeUpDescriptors() }

    /// The side for other threads.
    package var bell: Bell { Bell(descriptors) }

    /// The descriptor to poll: readable after a ring until ``reset()``.
    package var fileDescriptor: Int32 { descriptors.reading }

    /// Clears the rings, so that the descriptor becomes readable only after another one.
    ///
    /// Never blocks.
    package func reset() { descriptors.reset() }

    /// Waits for a ring, and clears it; a signal ends the wait early.
    ///
    /// - Parameter milliseconds: The longest wait (ms); 0 only looks, a negative number waits for ever.
    /// - Returns: Whether there was a ring.
    @discardableResult
    package borrowing func wait(milliseconds: Int32) -> Bool {
        var entry = pollfd(fd: fileDescriptor, events: Int16(POLLIN), revents: 0)
        // https://man7.org/linux/man-pages/man2/poll.2.html
        guard unsafe poll(&entry, 1, milliseconds) > 0 else { return false }
        reset()
        return true
    }
}

/// The descriptors of a ``WakeUp``, closed after its last user.
private final class WakeUpDescriptors: Sendable {
    #if os(Linux) || os(Android)
    private let event: FileDescriptor
    #else
    private let pipe: Pipe
    #endif

    init() throws(SystemError) {
        #if os(Linux) || os(Android)
        // https://man7.org/linux/man-pages/man2/eventfd.2.html
        let number = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
        guard number != -1 else { throw .failed(to: "make an eventfd", call: "eventfd") }
        event = FileDescriptor(owning: number)
        #else
        pipe = try Pipe()
        for end in [pipe.reading.number, pipe.writing.number] { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
        #endif
    }

    #if os(Linux) || os(Android)
    var reading: Int32 { event.number }
    private var writing: Int32 { event.number }
    #else
    var reading: Int32 { pipe.reading.number }
    private var writing: Int32 { pipe.writing.number }
    #endif

    func ring() {
        var one: UInt64 = 1
        // EAGAIN means that the descriptor is readable already.
        _ = SystemCall.retrying { unsafe write(writing, &one, 8) }
    }

    func reset() {
        var count: UInt64 = 0
        var result: Int
        repeat {
            result = SystemCall.retrying { unsafe read(reading, &count, 8) }.value
        } while result == 8 && writing != reading
    }
}
