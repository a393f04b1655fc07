#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Which file a path names and in which state.
package struct FileStamp: Sendable, Hashable {
    private let device: UInt64
    private let number: UInt64
    /// Its bytes.
    package let size: Int64
    private let seconds: Int64
    private let nanoseconds: Int64

    /// The stamp of a regular file; nil where there is none.
    package init?(path: String) {
        var status = stat()
        // https://man7.org/linux/man-pages/man2/stat.2.html
        guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        #if canImport(Darwin)
        let time = status.st_mtimespec
        #else
        let time = status.st_mtim
        #endif
        device = UInt64(truncatingIfNeeded: status.st_dev)
        number = UInt64(truncatingIfNeeded: status.st_ino)
        size = Int64(status.st_size)
        seconds = Int64(time.tv_sec)
        nanoseconds = Int64(time.tv_nsec)
    }
}
