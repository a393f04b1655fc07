import CLibrary

/// The file that a path names at the moment, and its state: another one after a file was renamed over it.
package struct FileIdentity: Hashable, Sendable {
    /// The device that holds the file.
    package var device: UInt64
    /// The file's number on its device (inode).
    package var number: UInt64
    /// The size (bytes).
    package var size: Int64
    /// The time of the last write (ns since 1970).
    package var modified: Int64

    /// Makes an identity of its parts.
    package init(device: UInt64, number: UInt64, size: Int64, modified: Int64) {
        self.device = device
        self.number = number
        self.size = size
        self.modified = modified
    }

    /// Whether both are one file, in whatever state: it may have been written in place or truncated since.
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
