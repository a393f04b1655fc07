import CLibrary

/// SIGTERM, SIGINT and SIGHUP as events of one thread that waits for them, instead of handlers that interrupt others.
///
/// ```swift
/// StopSignals.block()                  // first: threads inherit the mask, those of libzmq too
/// let worker = try Worker.start(...)
/// try StopSignals.watch(reload: { worker.reload() }) { count, signal in ... }
/// ```
package enum StopSignals {
    /// Blocks the signals in the calling thread and in the threads that it starts, and ignores SIGPIPE, which would end
    /// the process when a reader of its output goes away.
    ///
    /// To be called before any thread is started.
    package static func block() {
        var set = watched
        unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
        signal(SIGPIPE, SIG_IGN)
    }

    /// Calls a function for each signal, on a thread of its own, until the process ends.
    ///
    /// - Parameters:
    ///   - reload: Called for each SIGHUP.
    ///   - received: Takes the count of the other signals so far, this one included, and the signal's number.
    /// - Throws: `resourceExhausted` if no thread can be started.
    package static func watch(
        reload: @escaping @Sendable () -> Void,
        received: @escaping @Sendable (Int, Int32) -> Void
    ) throws(SystemError) {
        do throws(ThreadStartError<Never>) {
            _ = try OwnedThread<Void, Never>.start(name: "rank-signals") { starter in
                starter.started(())
                var count = 0
                while true {
                    var set = watched
                    var signal: Int32 = 0
                    // https://man7.org/linux/man-pages/man3/sigwait.3.html
                    guard unsafe sigwait(&set, &signal) == 0 else { continue }
                    if signal == SIGHUP {
                        reload()
                    } else {
                        count += 1
                        received(count, signal)
                    }
                }
            }
        } catch {
            switch error {
            case .noThread(let error): throw error
            }
        }
    }

    private static var watched: sigset_t {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        unsafe sigaddset(&set, SIGTERM)
        unsafe sigaddset(&set, SIGINT)
        unsafe sigaddset(&set, SIGHUP)
        return set
    }
}
