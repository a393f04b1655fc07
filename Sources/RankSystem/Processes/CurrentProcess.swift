import CLibrary

/// The process that runs this code.
package enum CurrentProcess {
    /// The process's number.
    package static var id: Int32 { getpid() }

    /// Ends the process with a status after the functions that wait for an exit, and flushed streams.
    package static func end(_ status: Int32) -> Never { exit(status) }

    /// Ends the process with a status at once: nothing is flushed, no function is called, and other threads do not
    /// matter.
    package static func endAtOnce(_ status: Int32) -> Never { _exit(status) }

    /// The file of this program, also when it was found through `PATH`.
    package static let program: String = {
        #if os(Linux)
        let path = linkTarget("/proc/self/exe")
        // After an upgrade in place, the path names another program or none; the old one is still available.
        if let path, unsafe access(path, X_OK) == 0 { return path }
        return "/proc/self/exe"
        #else
        return CommandLine.arguments[0]
        #endif
    }()
}

/// The text of a symbolic link, of which 4,095 bytes are read; nil for anything else.
func linkTarget(_ path: String) -> String? {
    var buffer = [CChar](repeating: 0, count: 4_095)
    // https://man7.org/linux/man-pages/man2/readlink.2.html
    let count = unsafe readlink(path, &buffer, buffer.count)
    guard count > 0 else { return nil }
    return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
