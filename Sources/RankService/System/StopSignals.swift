import ZMQ

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// SIGTERM, SIGINT and SIGHUP as events of a thread that waits for them, instead of handlers that interrupt any other.
///
/// ```swift
/// StopSignals.block()                  // first of all: threads inherit it, libzmq's too
/// let worker = try Worker.start(...)
/// try StopSignals.watch(reload: { worker.reload() }) { count, signal in ... }
/// ```
public enum StopSignals {
    /// Keeps the signals from the calling thread and from those that it starts, and ignores SIGPIPE, which would end
    /// the process when a reader of its output goes away.
    ///
    /// Call it before anything starts a thread.
    public static func block() {
        var set = watched
        unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
        signal(SIGPIPE, SIG_IGN)
    }

    /// Calls a function for each signal, on a thread of its own, until the process ends.
    ///
    /// - Parameters:
    ///   - reload: Called for each SIGHUP.
    ///   - received: Takes how many other signals there were so far, from 1 on, and the signal's number.
    /// - Throws: `internalFailure` if there is no thread.
    public static func watch(
        reload: @escaping @Sendable () -> Void,
        received: @escaping @Sendable (Int, Int32) -> Void
    ) throws(ServiceError) {
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
            case .noThread(let error): throw ServiceError(.internalFailure, error.message, cause: error)
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
