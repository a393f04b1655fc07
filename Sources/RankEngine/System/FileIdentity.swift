#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Which file a path names at the moment, and in which state: what changes when another file is renamed over it.
package struct FileIdentity: Hashable, Sendable {
    /// The device and the file's number on it.
    package var device: UInt64
    /// The file's number.
    package var number: UInt64
    /// Its size in bytes.
    package var size: Int64
    /// When it was last written, in nanoseconds since 1970.
    package var modified: Int64

    package init(device: UInt64, number: UInt64, size: Int64, modified: Int64) {
        self.device = device
        self.number = number
        self.size = size
        self.modified = modified
    }

    /// Whether this is the same file, maybe in another state: written in place since, or cut.
    package func isSameFile(as other: FileIdentity) -> Bool { device == other.device && number == other.number }

    /// The identity of a regular file, through symbolic links; nil where there is none.
    package init?(path: String) {
        var status = stat()
        // https://man7.org/linux/man-pages/man2/stat.2.html
        guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        #if canImport(Darwin)
        let time = status.st_mtimespec
        #else
        let time = status.st_mtim
        #endif
        self.init(
            device: UInt64(truncatingIfNeeded: status.st_dev),
            number: UInt64(truncatingIfNeeded: status.st_ino),
            size: Int64(status.st_size),
            modified: Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
        )
    }
}
