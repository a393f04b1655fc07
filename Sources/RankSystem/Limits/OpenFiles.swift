#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// How many descriptors this process has, and how many it may have.
package enum OpenFiles {
    /// The descriptors that are open now; nil where the system does not tell.
    ///
    /// - Complexity: O(1) on Linux 6.2 and later, else O(descriptors).
    package static var count: Int? {
        #if os(Linux)
        let path = "/proc/self/fd"
        #else
        let path = "/dev/fd"
        #endif
        var status = stat()
        // The size of the directory is the number where the system knows it.
        // https://man7.org/linux/man-pages/man5/proc_pid_fd.5.html
        if unsafe stat(path, &status) == 0, status.st_size > 0 { return Int(status.st_size) }
        guard let directory = unsafe opendir(path) else { return nil }
        defer { unsafe closedir(directory) }
        // `.`, `..` and the descriptor of the look itself.
        var count = -3
        while unsafe readdir(directory) != nil { count += 1 }
        return max(0, count)
    }

    /// The most that may be open at a time; `Int.max` where there is no limit.
    package static var limit: Int {
        var limit = rlimit()
        #if canImport(Glibc)
        let status = unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        #else
        let status = unsafe getrlimit(RLIMIT_NOFILE, &limit)
        #endif
        return status == 0 ? Int(clamping: limit.rlim_cur) : .max
    }
}
