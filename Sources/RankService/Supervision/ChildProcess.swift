import RankSystem
import ZMQ

/// Starts this program once more, and watches the parent in a child.
public enum ChildProcess {
    /// A child's descriptor that reads its end when the supervisor has ended.
    private static let lifelineNumber: Int32 = 3

    /// Starts this program with other arguments, the lifeline at its descriptor, and no signal blocked.
    ///
    /// - Throws: `internalFailure` with the system's reason.
    static func spawn(_ arguments: [String], lifeline: Int32) throws(ServiceError) -> pid_t {
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        unsafe sigemptyset(&none)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        // A copy onto itself clears close-on-exec, too (POSIX.1-2024).
        unsafe posix_spawn_file_actions_adddup2(&actions, lifeline, lifelineNumber)

        var words: [UnsafeMutablePointer<CChar>?] = unsafe ([CommandLine.arguments[0]] + arguments).map {
            unsafe strdup($0)
        }
        unsafe words.append(nil)
        defer { for index in unsafe words.indices { unsafe free(words[index]) } }
        var process = pid_t()
        // https://man7.org/linux/man-pages/man3/posix_spawn.3.html
        let status = unsafe posix_spawn(&process, program, &actions, &attributes, &words, environ)
        guard status == 0 else {
            throw ServiceError(.internalFailure, "cannot start \(program): \(SystemCall.text(of: status))")
        }
        return process
    }

    /// Calls a function when the supervisor of this process has ended, on a thread of its own.
    ///
    /// Only in a process that a ``Supervisor`` has started.
    ///
    /// - Throws: `internalFailure` if there is no thread.
    public static func watchSupervisor(_ gone: @escaping @Sendable () -> Void) throws(ServiceError) {
        do throws(ThreadStartError<Never>) {
            _ = try OwnedThread<Void, Never>.start(name: "rank-lifeline") { starter in
                starter.started(())
                var byte: UInt8 = 0
                // No process writes: the read returns when the last writing end is closed.
                _ = SystemCall.retrying { unsafe read(lifelineNumber, &byte, 1) }
                gone()
            }
        } catch {
            switch error {
            case .noThread(let error): throw ServiceError(.internalFailure, error.message, cause: error)
            }
        }
    }

    /// The file of this program, also when it was found through `PATH`.
    private static let program: String = {
        #if os(Linux)
        var buffer = [CChar](repeating: 0, count: 4_096)
        let count = unsafe readlink("/proc/self/exe", &buffer, buffer.count)
        let path = String(decoding: buffer.prefix(max(count, 0)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        // After an upgrade in place, the path names another program or none; the old one is still available.
        return unsafe access(path, X_OK) == 0 ? path : "/proc/self/exe"
        #else
        return CommandLine.arguments[0]
        #endif
    }()
}
