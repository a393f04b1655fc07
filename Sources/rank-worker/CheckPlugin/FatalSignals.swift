import CommandSupport
import RankSystem

/// Prints a last text when a plugin crashes, ends the process, or does not return within a minute.
enum FatalSignals {
    private static let patience: UInt32 = 60
    private static let crashes = [SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP]

    /// Lets a crash, an exit, or a minute print one of three texts and end the process with 65.
    static func arm(crash: String, exit: String, timeout: String) {
        disarm()
        _ = prepare
        for byte in crash.utf8 { crashWords.append(byte) }
        for byte in exit.utf8 { exitWords.append(byte) }
        for byte in timeout.utf8 { timeoutWords.append(byte) }
        for number in crashes {
            // https://man7.org/linux/man-pages/man2/signal.2.html
            signal(number) { _ in endNow(with: crashWords) }
            // A stack overflow leaves no room for the handler.
            var action = sigaction()
            sigaction(number, nil, &action)
            action.sa_flags |= SA_ONSTACK
            sigaction(number, &action, nil)
        }
        signal(SIGALRM) { _ in endNow(with: timeoutWords) }
        alarm(patience)
    }

    /// Once: a stack for the main thread's handlers, and a function that is called at an exit.
    private static let prepare: Void = {
        let byteCount = 1 << 16
        var stack = stack_t()
        stack.ss_sp = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: 16)
        stack.ss_size = numericCast(byteCount)
        // https://man7.org/linux/man-pages/man2/sigaltstack.2.html
        sigaltstack(&stack, nil)
        atexit { if !exitWords.isEmpty { endNow(with: exitWords) } }
    }()

    /// Restores the system's handling.
    static func disarm() {
        alarm(0)
        for number in crashes + [SIGALRM] { signal(number, SIG_DFL) }
        crashWords.removeAll(keepingCapacity: true)
        exitWords.removeAll(keepingCapacity: true)
        timeoutWords.removeAll(keepingCapacity: true)
    }
}

// Proof: the main thread writes them while no handler is in place that reads them.
nonisolated(unsafe) private var crashWords: [UInt8] = []
nonisolated(unsafe) private var exitWords: [UInt8] = []
nonisolated(unsafe) private var timeoutWords: [UInt8] = []

/// Writes bytes to standard output and ends the process, with calls that are allowed in a handler.
private func endNow(with words: [UInt8]) -> Never {
    words.withUnsafeBufferPointer { words in
        _ = write(STDOUT_FILENO, words.baseAddress, words.count)
    }
    _exit(ExitStatus.refused.rawValue)
}
