import CLibrary

/// Waits for descriptors with the resolution of the system's timers, where `zmq_poll` counts milliseconds.
///
/// Of ZeroMQ sockets, the same holds as for ``DescriptorWait``.
package struct PreciseWait {
    private var descriptors = fd_set()
    private var count: Int32 = 0

    /// Watches descriptors.
    ///
    /// A descriptor that does not fit into the system's set is left out; its events are noticed at the next time-out.
    package init(_ list: [Int32]) {
        let limit = Int32(MemoryLayout<fd_set>.size * 8)
        for descriptor in list where (0..<limit).contains(descriptor) {
            count = max(count, descriptor + 1)
            unsafe withUnsafeMutableBytes(of: &descriptors) { bytes in
                unsafe bytes[Int(descriptor / 8)] |= 1 << UInt8(descriptor % 8)
            }
        }
        #if os(Linux)
        // By default the kernel adds up to 50 µs to every wait;
        // https://man7.org/linux/man-pages/man5/proc_pid_timerslack_ns.5.html
        let file = unsafe open("/proc/self/timerslack_ns", O_WRONLY | O_CLOEXEC)
        if file >= 0 {
            _ = unsafe write(file, "1000", 4)
            close(file)
        }
        #endif
    }

    /// Waits until a descriptor is readable or a time has come; a signal ends the wait early.
    ///
    /// - Parameters:
    ///   - time: The end of the wait on the ``MonotonicClock`` (ns).
    ///   - now: The current time (ns).
    package mutating func until(_ time: UInt64, now: UInt64) {
        guard time > now else { return }
        var readable = descriptors
        var timeout = timespec(
            tv_sec: Int((time - now) / 1_000_000_000),
            tv_nsec: Int((time - now) % 1_000_000_000)
        )
        // https://man7.org/linux/man-pages/man2/select.2.html
        _ = unsafe pselect(count, &readable, nil, nil, &timeout, nil)
    }
}
