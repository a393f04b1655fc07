import CLibrary

/// SIGINT, SIGTERM and SIGHUP, kept from ending the process while an unfinished file is on disk.
///
/// Code that writes polls ``areWaiting`` and cleans up when it is true; the process then ends by the signal. Signals
/// that are ignored or already blocked stay as they are. The calling thread alone holds the signals: if another thread
/// takes one, nothing is cleaned up.
package struct HeldSignals {
    private var held: sigset_t

    /// Whether a held signal has come, which ends the process after the cleanup.
    package var areWaiting: Bool {
        var waiting = sigset_t()
        // https://man7.org/linux/man-pages/man2/sigpending.2.html
        guard unsafe sigpending(&waiting) == 0 else { return false }
        var held = held
        return Self.numbers.contains { unsafe sigismember(&held, $0) == 1 && sigismember(&waiting, $0) == 1 }
    }

    private static let numbers = [SIGINT, SIGTERM, SIGHUP]

    /// Holds the signals until `body` returns; then a signal that has come ends the process.
    package static func during<Result: ~Copyable, Failure: Error>(
        _ body: (HeldSignals) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        var (held, before) = (sigset_t(), sigset_t())
        unsafe sigemptyset(&held)
        unsafe pthread_sigmask(SIG_BLOCK, nil, &before)
        for number in numbers {
            var action = sigaction()
            guard unsafe sigismember(&before, number) == 0, unsafe sigaction(number, nil, &action) == 0,
                !isIgnored(action)
            else { continue }
            unsafe sigaddset(&held, number)
        }
        unsafe pthread_sigmask(SIG_BLOCK, &held, nil)
        defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }
        return try body(HeldSignals(held: held))
    }

    private static func isIgnored(_ action: sigaction) -> Bool {
        #if canImport(Glibc)
        let handler = unsafe action.__sigaction_handler.sa_handler
        #elseif canImport(Musl)
        let handler = unsafe action.__sa_handler.sa_handler
        #else
        let handler = unsafe action.__sigaction_u.__sa_handler
        #endif
        return unsafe unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    }
}
