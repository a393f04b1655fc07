import CLibrary

/// System calls that are repeated after a signal (EINTR), with errors as values.
package enum SystemCall {
    /// The system's text for an error number.
    package static func text(of number: CInt) -> String {
        guard let text = unsafe strerror(number) else { return "error \(number)" }
        return unsafe String(cString: text)
    }

    /// Repeats a call while a signal interrupts it.
    ///
    /// - Parameter call: A call that returns −1 and sets `errno` when it fails.
    /// - Returns: The call's result, or the `errno` of its failure.
    @inline(__always)
    package static func retrying<Value: SignedInteger>(_ call: () -> Value) -> (value: Value, errno: CInt?) {
        while true {
            let value = call()
            if value != -1 { return (value, nil) }
            if errno != EINTR { return (value, errno) }
        }
    }

    /// Reads up to as many bytes as the buffer holds.
    ///
    /// - Returns: The number of bytes read, 0 at the end, or the `errno` of the failure.
    package static func read(
        _ descriptor: CInt,
        into buffer: UnsafeMutableRawBufferPointer
    ) -> (value: Int, errno: CInt?) {
        // https://man7.org/linux/man-pages/man2/read.2.html
        retrying { unsafe systemRead(descriptor, buffer.baseAddress, buffer.count) }
    }

    /// Reads up to as many bytes as the buffer holds from a place of a file; the place of other reads stays.
    ///
    /// - Parameters:
    ///   - descriptor: The file.
    ///   - buffer: The memory to read into.
    ///   - offset: The place of the first byte, counted from 0.
    /// - Returns: The number of bytes read, 0 at the end, or the `errno` of the failure.
    package static func read(
        _ descriptor: CInt,
        into buffer: UnsafeMutableRawBufferPointer,
        at offset: Int
    ) -> (value: Int, errno: CInt?) {
        // https://man7.org/linux/man-pages/man2/pread.2.html
        retrying { unsafe pread(descriptor, buffer.baseAddress, buffer.count, off_t(offset)) }
    }

    /// Writes all bytes.
    ///
    /// - Returns: Nil, or the `errno` of the failure.
    package static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: CInt) -> CInt? {
        var rest = unsafe bytes
        while unsafe !rest.isEmpty {
            let part = unsafe rest
            // https://man7.org/linux/man-pages/man2/write.2.html
            let written = retrying { unsafe systemWrite(descriptor, part.baseAddress, part.count) }
            if let errno = written.errno { return errno }
            unsafe rest = UnsafeRawBufferPointer(rebasing: rest[written.value...])
        }
        return nil
    }

    /// The value of an environment variable; nil if it is not set.
    package static func environment(_ name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        return unsafe String(cString: value)
    }
}

private func systemRead(_ descriptor: CInt, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    unsafe read(descriptor, buffer, count)
}

private func systemWrite(_ descriptor: CInt, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    unsafe write(descriptor, bytes, count)
}
