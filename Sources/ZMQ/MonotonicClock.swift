#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The clock that neither jumps nor stops while the process runs.
enum MonotonicClock {
    /// The time now, in microseconds since an arbitrary start.
    static func microseconds() -> Int64 {
        var time = timespec()
        // https://man7.org/linux/man-pages/man2/clock_gettime.2.html
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
    }

    /// The time `interval` microseconds from now, or the end of time where that is beyond it.
    static func microseconds(after interval: Int64) -> Int64 {
        let (sum, overflow) = microseconds().addingReportingOverflow(interval)
        return overflow ? .max : sum
    }
}
