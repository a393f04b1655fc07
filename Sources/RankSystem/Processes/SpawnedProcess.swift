import CLibrary

/// A child of this process.
package struct SpawnedProcess: Hashable, Sendable {
    /// The end of a process.
    package enum End: Hashable, Sendable {
        /// The process ended with a status.
        case exited(Int32)
        /// A signal ended the process.
        case signalled(Int32)
    }

    /// The process's number.
    package let id: Int32

    /// Starts a program with the environment of this process, no signal blocked, and one descriptor beside the standard
    /// streams.
    ///
    /// - Parameters:
    ///   - program: The program's file.
    ///   - arguments: Its arguments, the name first.
    ///   - descriptor: The descriptor that the child inherits, whether or not it is closed on exec here.
    ///   - number: The number of the descriptor in the child.
    /// - Throws: `resourceExhausted` or `system` with the system's reason.
    package init(
        _ program: String,
        _ arguments: [String],
        inheriting descriptor: borrowing FileDescriptor,
        as number: Int32
    ) throws(SystemError) {
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
        unsafe posix_spawn_file_actions_adddup2(&actions, descriptor.number, number)

        var words: [UnsafeMutablePointer<CChar>?] = unsafe arguments.map { unsafe strdup($0) }
        unsafe words.append(nil)
        defer { for index in unsafe words.indices { unsafe free(words[index]) } }
        var process = pid_t()
        // https://man7.org/linux/man-pages/man3/posix_spawn.3.html
        let status = unsafe posix_spawn(&process, program, &actions, &attributes, &words, environ)
        guard status == 0 else {
            throw .failed(to: "start \(program)", call: "posix_spawn", errorNumber: status)
        }
        id = process
    }

    private init(id: Int32) { self.id = id }

    /// Sends a signal to the process.
    package func send(_ signal: Int32) { kill(id, signal) }

    /// The next child that has ended, without waiting for one; nil if none has.
    ///
    /// A child is named once; until then its number is not given to another.
    package static func nextEnded() -> (process: SpawnedProcess, end: End)? {
        var status: Int32 = 0
        // https://man7.org/linux/man-pages/man2/waitpid.2.html
        let id = unsafe waitpid(-1, &status, WNOHANG)
        guard id > 0 else { return nil }
        let signal = status & 0x7F
        return (SpawnedProcess(id: id), signal == 0 ? .exited((status >> 8) & 0xFF) : .signalled(signal))
    }
}
