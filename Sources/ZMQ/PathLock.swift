import CZMQ
import RankSystem

/// The right to bind to an ipc path, held through a lock on a file beside it.
///
/// libzmq removes any file at the path before it binds, so a second bind would silently steal the clients of the first.
/// The lock ends with the process, however the process ends.
final class PathLock {
    /// The path of the socket itself.
    let path: String

    /// Released after the socket's file is removed, so that no file of another process is.
    private let lock: FileLock

    /// Takes the lock.
    ///
    /// - Parameter path: The path of an ipc endpoint, not an abstract one.
    /// - Throws: `addressInUse` if another process or socket holds it, or if something other than a socket lies at the
    ///   path; `addressNotAvailable` or `permissionDenied` if the lock file cannot be made.
    init(path: String) throws(ZMQError) {
        guard let lock = try PathLock.acquire(path + ".lock", for: path) else {
            throw .failed(to: "bind to ipc://\(path)", errorNumber: ZMQ_EADDRINUSE)
        }
        if let status = FileStatus(path: path, followsLinks: false), status.kind != .socket {
            throw ZMQError(
                code: .addressInUse,
                message: "cannot bind to ipc://\(path): something other than a socket lies there, and a bind would "
                    + "remove it; choose another path"
            )
        }
        self.path = path
        self.lock = lock
    }

    deinit { removeFile(path) }

    private static func acquire(_ lockPath: String, for path: String) throws(ZMQError) -> FileLock? {
        do throws(SystemError) {
            return try FileLock(path: lockPath)
        } catch {
            let operation =
                error.call == "open"
                ? "open \(lockPath), the lock beside ipc://\(path)" : "lock \(lockPath) for ipc://\(path)"
            throw .failed(to: operation, errorNumber: error.errorNumber)
        }
    }
}
