#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Processor time.
public enum ProcessorTime {
    /// Seconds that this process has used, over all of its threads.
    public static var own: Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

/// Waits for sockets' descriptors with the resolution of the system's timers, where `zmq_poll` knows milliseconds.
///
/// A socket's descriptor tells only of news since the last receive that found nothing: receive from every socket until
/// there is nothing, and only then wait. See <https://libzmq.readthedocs.io/en/latest/zmq_getsockopt.html> on `ZMQ_FD`.
struct PreciseWait {
    private var descriptors = fd_set()
    private var count: Int32 = 0

    /// Watches descriptors; one that does not fit into the system's set is left out, and noticed at the next time-out.
    init(_ list: [Int32]) {
        let limit = Int32(MemoryLayout<fd_set>.size * 8)
        for descriptor in list where (0..<limit).contains(descriptor) {
            count = max(count, descriptor + 1)
            withUnsafeMutableBytes(of: &descriptors) { bytes in
                bytes[Int(descriptor / 8)] |= 1 << UInt8(descriptor % 8)
            }
        }
        #if os(Linux)
        // Otherwise 50 µs are added to every wait; https://man7.org/linux/man-pages/man5/proc_pid_timerslack_ns.5.html
        let file = open("/proc/self/timerslack_ns", O_WRONLY | O_CLOEXEC)
        if file >= 0 {
            _ = write(file, "1000", 4)
            close(file)
        }
        #endif
    }

    /// Waits until there is news or a time has come; a signal ends the wait early.
    mutating func until(_ time: UInt64, now: UInt64) {
        guard time > now else { return }
        var readable = descriptors
        var timeout = timespec(
            tv_sec: Int((time - now) / 1_000_000_000),
            tv_nsec: Int((time - now) % 1_000_000_000)
        )
        // https://man7.org/linux/man-pages/man2/select.2.html
        _ = pselect(count, &readable, nil, nil, &timeout, nil)
    }
}
