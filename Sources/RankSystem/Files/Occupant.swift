#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// What lies where a file is to be put by giving it that name.
package enum Occupant {
    /// Nothing, or what cannot be seen.
    case nothing
    /// A regular file, by whatever links.
    case file
    case directory
    /// A device, a pipe, a socket, or a name of one of the process' descriptors, such as `/dev/stdout`: a file in its
    /// place would be there for everybody, and for good.
    case special

    /// What lies at a path at the moment.
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

    /// Whether it is a link to one of the process' descriptors, which may be a regular file just now.
    private static func namesDescriptor(_ path: String) -> Bool {
        let root = "/proc/"
        var target = [CChar](repeating: 0, count: root.utf8.count)
        // https://man7.org/linux/man-pages/man2/readlink.2.html
        guard unsafe readlink(path, &target, target.count) == target.count else { return false }
        return target.map { UInt8(bitPattern: $0) } == Array(root.utf8)
    }
}
