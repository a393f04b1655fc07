import CLibrary

/// An exclusive lock on a file that exists for the lock alone, and is removed with it.
///
/// The lock is the system's (`flock`): it ends with the process, however the process ends.
package struct FileLock: ~Copyable {
    private let path: String
    private let descriptor: FileDescriptor

    /// Takes the lock without waiting for it; nil if another process or another owner in this one holds it.
    ///
    /// - Parameter path: The file of the lock, which is made where it is missing.
    /// - Throws: `unwritable` with the call `open` if the file cannot be made, `system` with the call `flock`.
    package init?(path: String) throws(SystemError) {
        while true {
            let flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW
            let opened = SystemCall.retrying { unsafe open(path, flags, 0o600) }
            if let errno = opened.errno { throw .unwritable(path, call: "open", errno) }
            let descriptor = FileDescriptor(owning: opened.value)
            // https://man7.org/linux/man-pages/man2/flock.2.html
            if let errno = SystemCall.retrying({ flock(opened.value, LOCK_EX | LOCK_NB) }).errno {
                if errno == EWOULDBLOCK { return nil }
                throw .failed(to: "lock \(path)", call: "flock", errorNumber: errno)
            }
            // The previous owner may have removed the file between the open and the lock; then the lock is void, and
            // the next file is tried.
            guard let named = FileStatus(path: path), try FileStatus(descriptor).isSameFile(as: named) else { continue }
            self.path = path
            self.descriptor = descriptor
            return
        }
    }

    deinit {
        // While the lock is still held, so that no file of another process is removed.
        unsafe unlink(path)
    }
}
