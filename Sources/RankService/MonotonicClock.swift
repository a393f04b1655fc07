#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The clock of deadlines and durations: it neither jumps nor stops while the process runs.
package enum MonotonicClock {
    /// Nanoseconds since an arbitrary start.
    ///
    /// About 20 ns, no system call, any thread.
    package static func nanoseconds() -> UInt64 {
        var time = timespec()
        // https://man7.org/linux/man-pages/man2/clock_gettime.2.html
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
    }
}
