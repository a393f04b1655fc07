import CLibrary

/// The kind, the size and the identity of a file, as stat(2) gives them.
package struct FileStatus: Sendable {
    /// The kind of a file.
    package enum Kind: Sendable {
        case regular
        case directory
        case socket
        /// A pipe or a device.
        case other
    }

    /// The kind of the file.
    package let kind: Kind

    /// The size of a regular file (bytes).
    package let size: Int64

    private let device: UInt64
    private let inode: UInt64

    /// The status of an open descriptor.
    ///
    /// - Parameter descriptor: The descriptor.
    /// - Throws: `system` with the call `fstat`.
    package init(_ descriptor: borrowing FileDescriptor) throws(SystemError) {
        var status = stat()
        // https://man7.org/linux/man-pages/man2/stat.2.html
        guard unsafe fstat(descriptor.number, &status) == 0 else { throw .failed(to: "inspect a file", call: "fstat") }
        self.init(status)
    }

    /// The status of a path; nil if nothing is there, or the system cannot tell.
    ///
    /// - Parameters:
    ///   - path: The path.
    ///   - followsLinks: Whether a symbolic link is followed; else its own kind is `other`.
    package init?(path: String, followsLinks: Bool = true) {
        var status = stat()
        guard unsafe (followsLinks ? stat(path, &status) : lstat(path, &status)) == 0 else { return nil }
        self.init(status)
    }

    private init(_ status: stat) {
        kind =
            switch status.st_mode & S_IFMT {
            case S_IFREG: .regular
            case S_IFDIR: .directory
            case S_IFSOCK: .socket
            default: .other
            }
        size = Int64(status.st_size)
        device = UInt64(truncatingIfNeeded: status.st_dev)
        inode = UInt64(truncatingIfNeeded: status.st_ino)
    }

    /// Whether both are of one file, whatever names it goes by.
    package func isSameFile(as other: FileStatus) -> Bool { device == other.device && inode == other.inode }
}
