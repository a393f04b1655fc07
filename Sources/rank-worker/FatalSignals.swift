import CommandSupport

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Last words: what is printed when somebody else's code crashes, or does not come back within a minute.
enum FatalSignals {
    private static let patience: UInt32 = 60
    private static let crashes = [SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP]

    /// From now on a crash, or a minute, prints one of two texts and ends the process with 65.
    static func arm(crash: String, timeout: String) {
        disarm()
        for byte in crash.utf8 { crashWords.append(byte) }
        for byte in timeout.utf8 { timeoutWords.append(byte) }
        // https://man7.org/linux/man-pages/man2/signal.2.html
        for number in crashes { signal(number) { _ in endNow(with: crashWords) } }
        signal(SIGALRM) { _ in endNow(with: timeoutWords) }
        alarm(patience)
    }

    /// Goes back to what the system does.
    static func disarm() {
        alarm(0)
        for number in crashes + [SIGALRM] { signal(number, SIG_DFL) }
        crashWords.removeAll(keepingCapacity: true)
        timeoutWords.removeAll(keepingCapacity: true)
    }
}

// Proof: the main thread writes them while no handler is in place that reads them.
nonisolated(unsafe) private var crashWords: [UInt8] = []
nonisolated(unsafe) private var timeoutWords: [UInt8] = []

/// Writes bytes to standard output and ends the process; only calls that a handler may make.
private func endNow(with words: [UInt8]) -> Never {
    words.withUnsafeBufferPointer { words in
        _ = write(STDOUT_FILENO, words.baseAddress, words.count)
    }
    _exit(ExitStatus.refused.rawValue)
}
