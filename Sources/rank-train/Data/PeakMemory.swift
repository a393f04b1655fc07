#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The peak resident memory of this process, in bytes; nil if the system does not tell.
///
/// Source: getrusage(2), `ru_maxrss`.
func peakMemory() -> Int? {
    var usage = rusage()
    // 0 is RUSAGE_SELF, which is not imported as the same type everywhere.
    guard getrusage(0, &usage) == 0 else { return nil }
    #if canImport(Darwin)
    return usage.ru_maxrss
    #else
    return usage.ru_maxrss * 1_024
    #endif
}
