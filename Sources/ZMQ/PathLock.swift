import CZMQ
import RankSystem

/// The right to bind to an ipc path, held through a lock on a file beside it.
///
/// libzmq removes any file at the path before it binds, so a second bind would silently steal the clients of the first.
/// The lock is the system's (`flock`): it ends with the process, however the process ends.
final class PathLock {
    /// The path of the socket itself.
    let path: String

    private let lockPath: String
    private let fileDescriptor: Int32

    /// Takes the lock.
    ///
    /// - Parameter path: The path of an ipc endpoint, not an abstract one.
    /// - Throws: `addressInUse` if another process or socket holds it, or if something other than a socket lies at the
    ///   path; `addressNotAvailable` or `permissionDenied` if the lock file cannot be made.
    init(path: String) throws(ZMQError) {
        let lockPath = path + ".lock"
        let fileDescriptor = try PathLock.acquire(lockPath, for: path)
        guard PathLock.isFreeOrSocket(path) else {
            unsafe unlink(lockPath)
            close(fileDescriptor)
            throw ZMQError(
                code: .addressInUse,
                message: "cannot bind to ipc://\(path): something other than a socket lies there, and a bind would "
                    + "remove it; choose another path"
            )
        }
        self.path = path
        self.lockPath = lockPath
        self.fileDescriptor = fileDescriptor
    }

    deinit {
        // While the lock is still held, so that no files of another process are removed.
        unsafe unlink(path)
        unsafe unlink(lockPath)
        close(fileDescriptor)
    }

    private static func acquire(_ lockPath: String, for path: String) throws(ZMQError) -> Int32 {
        while true {
            let descriptor = retryingInterrupts {
                unsafe open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
            }
            guard descriptor != -1 else { throw .failed(to: "open \(lockPath), the lock beside ipc://\(path)") }
            // https://man7.org/linux/man-pages/man2/flock.2.html
            guard retryingInterrupts({ flock(descriptor, LOCK_EX | LOCK_NB) }) == 0 else {
                let errorNumber = zmq_errno()
                close(descriptor)
                guard errorNumber == EWOULDBLOCK else {
                    throw .failed(to: "lock \(lockPath) for ipc://\(path)", errorNumber: errorNumber)
                }
                throw .failed(to: "bind to ipc://\(path)", errorNumber: EADDRINUSE)
            }
            // The previous owner may have removed the file between the open and the lock; then the lock is void, and
            // the next file is tried.
            if isSameFile(descriptor, lockPath) { return descriptor }
            close(descriptor)
        }
    }

    private static func isSameFile(_ descriptor: Int32, _ path: String) -> Bool {
        var held = stat()
        var named = stat()
        return unsafe fstat(descriptor, &held) == 0 && stat(path, &named) == 0
            && held.st_ino == named.st_ino && held.st_dev == named.st_dev
    }

    private static func isFreeOrSocket(_ path: String) -> Bool {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else { return true }
        return status.st_mode & S_IFMT == S_IFSOCK
    }
}
