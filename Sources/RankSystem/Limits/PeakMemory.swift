import CLibrary

/// The peak resident memory of this process (bytes); nil if the system does not tell.
///
/// Source: getrusage(2), `ru_maxrss`.
package func peakMemory() -> Int? {
    var usage = rusage()
    // 0 is RUSAGE_SELF, which is not imported as the same type everywhere.
    // https://man7.org/linux/man-pages/man2/getrusage.2.html
    guard unsafe getrusage(0, &usage) == 0 else { return nil }
    #if canImport(Darwin)
    return usage.ru_maxrss
    #else
    return usage.ru_maxrss * 1_024
    #endif
}
