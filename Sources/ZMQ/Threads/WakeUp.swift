import CZMQ

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Wakes a thread that waits in a ``Poller``; owned by that thread, rung from any other.
///
/// ```swift
/// let wakeUp = try WakeUp()
/// let bell = wakeUp.bell                                       // give it to other threads
/// let slot = poller.add(fileDescriptor: wakeUp.fileDescriptor)
/// ...
/// if poller.readiness(at: slot).contains(.readable) { wakeUp.reset() }
/// ```
///
/// An eventfd on Linux, a pipe elsewhere. Rings between two resets count once.
public struct WakeUp: ~Copyable, Sendable {
    /// The side that other threads ring; keeps the descriptor open as long as it exists, so that a late ring is
    /// harmless.
    public struct Bell: Sendable {
        private let descriptors: WakeUpDescriptors

        fileprivate init(_ descriptors: WakeUpDescriptors) { self.descriptors = descriptors }

        /// Makes the descriptor readable.
        ///
        /// Never blocks; safe on every thread.
        public func ring() { descriptors.ring() }

        /// The descriptor to write to from a signal handler, where ``ring()`` must not be called: 8 bytes, the number
        /// 1 in the machine's order.
        public var signalSafeDescriptor: Int32 { descriptors.writing }
    }

    private let descriptors: WakeUpDescriptors

    /// Makes one that was not rung yet.
    ///
    /// - Throws: `resourceExhausted` where descriptors ran out.
    public init() throws(ZMQError) { descriptors = try WakeUpDescriptors() }

    /// The side for other threads.
    public var bell: Bell { Bell(descriptors) }

    /// The descriptor to poll: readable after a ring until ``reset()``.
    public var fileDescriptor: Int32 { descriptors.reading }

    /// Takes the rings back, so that the descriptor is readable only after another one.
    ///
    /// Never blocks.
    public func reset() { descriptors.reset() }
}

/// The descriptors of a ``WakeUp``, closed after its last user.
private final class WakeUpDescriptors: Sendable {
    let reading: Int32
    let writing: Int32

    init() throws(ZMQError) {
        #if os(Linux) || os(Android)
        // https://man7.org/linux/man-pages/man2/eventfd.2.html
        reading = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
        writing = reading
        guard reading != -1 else { throw .failed(to: "make an eventfd") }
        #else
        var ends: [Int32] = [-1, -1]
        guard unsafe pipe(&ends) == 0 else { throw .failed(to: "make a pipe") }
        for end in ends {
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
        reading = ends[0]
        writing = ends[1]
        #endif
    }

    deinit {
        close(reading)
        if writing != reading { close(writing) }
    }

    func ring() {
        var one: UInt64 = 1
        // EAGAIN means that it is readable already.
        _ = retryingInterrupts { unsafe Int32(truncatingIfNeeded: write(writing, &one, 8)) }
    }

    func reset() {
        var count: UInt64 = 0
        var result: Int32
        repeat {
            result = retryingInterrupts { unsafe Int32(truncatingIfNeeded: read(reading, &count, 8)) }
        } while result == 8 && writing != reading
    }
}
