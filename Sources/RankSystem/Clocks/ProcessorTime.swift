import CLibrary

/// The processor time that all threads of this process have used.
package enum ProcessorTime {
    /// The time (µs).
    package static var microseconds: UInt64 {
        let time = read()
        return UInt64(clamping: time.tv_sec) &* 1_000_000 &+ UInt64(clamping: time.tv_nsec) / 1_000
    }

    /// The time (s).
    package static var seconds: Double {
        let time = read()
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    private static func read() -> timespec {
        var time = timespec()
        // https://man7.org/linux/man-pages/man2/clock_gettime.2.html
        unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return time
    }
}
