import CLibrary

/// The two kinds of things that a reader finds at a path.
package enum FileKind: Sendable {
    /// Anything but a directory.
    case file
    /// A directory, directly or through links.
    case directory

    /// Examines a path; nil if nothing is there.
    ///
    /// - Throws: `unreadable` if the system cannot tell.
    package init?(of path: String) throws(SystemError) {
        var info = stat()
        // https://man7.org/linux/man-pages/man2/stat.2.html
        guard unsafe stat(path, &info) == 0 else {
            let number = errno
            if number == ENOENT || number == ENOTDIR { return nil }
            throw .unreadable(path, call: "stat", number)
        }
        self = (info.st_mode & S_IFMT) == S_IFDIR ? .directory : .file
    }

    /// Whether a directory has the path's last name, be it that of a symbolic link to nowhere.
    package static func entryExists(at path: String) -> Bool {
        var info = stat()
        // https://man7.org/linux/man-pages/man2/lstat.2.html
        return unsafe lstat(path, &info) == 0
    }
}
