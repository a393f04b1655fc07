import CLibrary

/// The thing at a path before a file is written there.
package enum PathOccupant {
    /// Nothing, or something that cannot be examined.
    case nothing
    /// A regular file, directly or through links.
    case file
    /// A directory.
    case directory
    /// A device, a pipe, a socket, or a name of one of the process's descriptors, such as `/dev/stdout`.
    ///
    /// A file renamed over it would replace it for every process, permanently.
    case special

    /// Examines a path.
    package init(at path: String) {
        var status = stat()
        // https://man7.org/linux/man-pages/man2/stat.2.html
        let isThere = unsafe stat(path, &status) == 0
        if Self.namesDescriptor(path) {
            self = .special
        } else if !isThere {
            self = .nothing
        } else {
            switch status.st_mode & S_IFMT {
            case S_IFREG: self = .file
            case S_IFDIR: self = .directory
            default: self = .special
            }
        }
    }

    /// Whether the path is a link to one of the process's descriptors, which may be a regular file at the moment.
    private static func namesDescriptor(_ path: String) -> Bool {
        let root = "/proc/"
        var target = [CChar](repeating: 0, count: root.utf8.count)
        // https://man7.org/linux/man-pages/man2/readlink.2.html
        guard unsafe readlink(path, &target, target.count) == target.count else { return false }
        return target.map { UInt8(bitPattern: $0) } == Array(root.utf8)
    }
}
