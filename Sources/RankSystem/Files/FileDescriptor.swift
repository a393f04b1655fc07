import CLibrary

/// An open descriptor, closed when the life of its owner ends.
package struct FileDescriptor: ~Copyable, Sendable {
    /// The number by which the system knows the descriptor.
    package let number: Int32

    /// Takes over an open descriptor that nothing else closes.
    package init(owning number: Int32) { self.number = number }

    /// Opens a file or a directory for reading; children do not inherit it.
    ///
    /// - Parameters:
    ///   - path: The path, directly or through links.
    ///   - isPatient: Whether the open of a pipe waits for its writer.
    /// - Throws: `unreadable`.
    package init(reading path: String, isPatient: Bool = false) throws(SystemError) {
        let flags = O_RDONLY | O_CLOEXEC | (isPatient ? 0 : O_NONBLOCK)
        // https://man7.org/linux/man-pages/man2/open.2.html
        let opened = SystemCall.retrying { unsafe open(path, flags) }
        if let errno = opened.errno { throw .unreadable(path, call: "open", errno) }
        number = opened.value
    }

    /// Makes a file that must not exist and opens it for writing; children do not inherit it.
    ///
    /// - Parameters:
    ///   - path: The path.
    ///   - permissions: The permissions of the file, of which the process's mask is taken off.
    /// - Throws: `unwritable`.
    package init(creating path: String, permissions: UInt16) throws(SystemError) {
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC
        let opened = SystemCall.retrying { unsafe open(path, flags, mode_t(permissions)) }
        if let errno = opened.errno { throw .unwritable(path, call: "open", errno) }
        number = opened.value
    }

    deinit { close(number) }

    /// Reads up to as many bytes as the buffer holds.
    ///
    /// - Returns: The number of bytes read, 0 at the end, or the `errno` of the failure.
    package borrowing func read(into buffer: UnsafeMutableRawBufferPointer) -> (value: Int, errno: Int32?) {
        unsafe SystemCall.read(number, into: buffer)
    }

    /// Reads up to as many bytes as the buffer holds from a place of the file; the place of ``read(into:)`` stays.
    ///
    /// - Parameters:
    ///   - buffer: The memory to read into.
    ///   - offset: The place of the first byte, counted from 0.
    /// - Returns: The number of bytes read, 0 at the end, or the `errno` of the failure.
    package borrowing func read(
        into buffer: UnsafeMutableRawBufferPointer,
        at offset: Int
    ) -> (value: Int, errno: Int32?) {
        unsafe SystemCall.read(number, into: buffer, at: offset)
    }

    /// Writes all bytes.
    ///
    /// - Returns: Nil, or the `errno` of the failure.
    package borrowing func write(_ bytes: UnsafeRawBufferPointer) -> Int32? {
        unsafe SystemCall.write(bytes, to: number)
    }

    /// Flushes the file to disk.
    ///
    /// - Returns: Nil, or the `errno` of the failure.
    package borrowing func flush() -> Int32? {
        let number = number
        // https://man7.org/linux/man-pages/man2/fsync.2.html
        return SystemCall.retrying { fsync(number) }.errno
    }
}
