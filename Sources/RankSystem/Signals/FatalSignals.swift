import CLibrary

/// Prints a last text when code of others crashes, ends the process, or does not return within a minute.
///
/// Used by the main thread alone.
package enum FatalSignals {
    private static let patience: UInt32 = 60
    private static let crashes = [SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP]

    /// Lets a crash, an exit, or a minute print one of three texts and end the process.
    ///
    /// - Parameters:
    ///   - crash: The text after a crash.
    ///   - exit: The text when the process is ended by an `exit`.
    ///   - timeout: The text after a minute.
    ///   - status: The status that the process ends with.
    package static func arm(crash: String, exit: String, timeout: String, status: Int32) {
        disarm()
        _ = prepare
        unsafe endStatus = status
        for byte in crash.utf8 { unsafe crashWords.append(byte) }
        for byte in exit.utf8 { unsafe exitWords.append(byte) }
        for byte in timeout.utf8 { unsafe timeoutWords.append(byte) }
        for number in crashes {
            // https://man7.org/linux/man-pages/man2/signal.2.html
            signal(number) { _ in endNow(with: unsafe crashWords) }
            // A stack overflow leaves no room for the handler.
            var action = sigaction()
            unsafe sigaction(number, nil, &action)
            action.sa_flags |= SA_ONSTACK
            unsafe sigaction(number, &action, nil)
        }
        signal(SIGALRM) { _ in endNow(with: unsafe timeoutWords) }
        alarm(patience)
    }

    /// Once: a stack for the main thread's handlers, and a function that is called at an exit.
    private static let prepare: Void = {
        let byteCount = 1 << 16
        var stack = unsafe stack_t()
        unsafe stack.ss_sp = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: 16)
        unsafe stack.ss_size = numericCast(byteCount)
        // https://man7.org/linux/man-pages/man2/sigaltstack.2.html
        unsafe sigaltstack(&stack, nil)
        atexit { if unsafe !exitWords.isEmpty { endNow(with: unsafe exitWords) } }
    }()

    /// Restores the system's handling.
    package static func disarm() {
        alarm(0)
        for number in crashes + [SIGALRM] { signal(number, SIG_DFL) }
        unsafe crashWords.removeAll(keepingCapacity: true)
        unsafe exitWords.removeAll(keepingCapacity: true)
        unsafe timeoutWords.removeAll(keepingCapacity: true)
    }
}

// Proof: the main thread writes them while no handler is in place that reads them.
nonisolated(unsafe) private var crashWords: [UInt8] = []
nonisolated(unsafe) private var exitWords: [UInt8] = []
nonisolated(unsafe) private var timeoutWords: [UInt8] = []
nonisolated(unsafe) private var endStatus: Int32 = 0

/// Writes bytes to standard output and ends the process, with calls that are allowed in a handler.
private func endNow(with words: [UInt8]) -> Never {
    unsafe words.withUnsafeBufferPointer { words in
        _ = unsafe write(STDOUT_FILENO, words.baseAddress, words.count)
    }
    unsafe _exit(endStatus)
}
