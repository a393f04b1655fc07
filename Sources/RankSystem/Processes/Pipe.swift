import CLibrary

/// The two ends of a pipe, neither of which children inherit.
package struct Pipe: ~Copyable, Sendable {
    /// The end to read from.
    package let reading: FileDescriptor

    /// The end to write to.
    package let writing: FileDescriptor

    /// Makes a pipe.
    ///
    /// - Throws: `resourceExhausted` if descriptors ran out.
    package init() throws(SystemError) {
        var ends: [Int32] = [-1, -1]
        // https://man7.org/linux/man-pages/man2/pipe.2.html
        #if os(Linux) || os(Android)
        guard unsafe pipe2(&ends, O_CLOEXEC) == 0 else { throw .failed(to: "make a pipe", call: "pipe2") }
        #else
        guard unsafe pipe(&ends) == 0 else { throw .failed(to: "make a pipe", call: "pipe") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        #endif
        reading = FileDescriptor(owning: ends[0])
        writing = FileDescriptor(owning: ends[1])
    }
}
