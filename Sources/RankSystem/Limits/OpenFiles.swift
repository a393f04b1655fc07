import CLibrary

/// The number of this process's open descriptors, and its limit.
package enum OpenFiles {
    /// The number of open descriptors; nil if the system does not tell.
    ///
    /// - Complexity: O(1) on Linux 6.2 and later, else O(*n*) in the number of descriptors.
    package static var count: Int? {
        #if os(Linux)
        let path = "/proc/self/fd"
        #else
        let path = "/dev/fd"
        #endif
        var status = stat()
        // Linux 6.2 and later give the number as the size of the directory.
        // https://man7.org/linux/man-pages/man5/proc_pid_fd.5.html
        if unsafe stat(path, &status) == 0, status.st_size > 0 { return Int(status.st_size) }
        guard let directory = unsafe opendir(path) else { return nil }
        defer { unsafe closedir(directory) }
        // `.`, `..` and the descriptor of this directory.
        var count = -3
        while unsafe readdir(directory) != nil { count += 1 }
        return max(0, count)
    }

    /// The most descriptors that may be open at a time; `Int.max` if there is no limit.
    package static var limit: Int {
        var limit = rlimit()
        #if canImport(Glibc)
        let status = unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        #else
        let status = unsafe getrlimit(RLIMIT_NOFILE, &limit)
        #endif
        return status == 0 ? Int(clamping: limit.rlim_cur) : .max
    }

    /// Whether a number is that of an open descriptor.
    package static func isOpen(_ number: Int32) -> Bool { fcntl(number, F_GETFD) >= 0 }
}
