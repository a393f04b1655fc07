#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Processor time.
enum ProcessorTime {
    /// Microseconds that this process has used, over all of its threads.
    static var microseconds: UInt64 {
        var time = timespec()
        // https://man7.org/linux/man-pages/man2/clock_gettime.2.html
        unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return UInt64(clamping: time.tv_sec) &* 1_000_000 &+ UInt64(clamping: time.tv_nsec) / 1_000
    }
}
