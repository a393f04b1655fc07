/// Reads whole files into memory.
package enum FileReader {
    /// All bytes of a file, or of standard input when the path is `-`.
    ///
    /// - Parameters:
    ///   - path: The file's path.
    ///   - limit: The most bytes to read: a pipe may never end.
    /// - Returns: The bytes.
    /// - Throws: `unreadable`, also for more than `limit` bytes.
    package static func read(_ path: String, limit: Int) throws(SystemError) -> [UInt8] {
        let shown = path == "-" ? "standard input" : path
        var descriptor = STDIN_FILENO
        if path != "-" {
            let opened = SystemCall.retrying { unsafe open(path, O_RDONLY | O_CLOEXEC) }
            if let errno = opened.errno { throw .unreadable(shown, call: "open", errno) }
            descriptor = opened.value
        }
        defer { if path != "-" { close(descriptor) } }
        return try readAll(descriptor, shown, limit: limit)
    }

    /// All bytes of a regular file, and of nothing else: a pipe is empty when it is read again, or blocks.
    ///
    /// - Parameters:
    ///   - path: The file's path, directly or through links; `-` is a name like any other.
    ///   - limit: The most bytes to read.
    /// - Returns: The bytes; nil if the path names something else than a regular file.
    /// - Throws: `unreadable` with the call that failed, or without one for more than `limit` bytes.
    package static func readRegular(_ path: String, limit: Int) throws(SystemError) -> [UInt8]? {
        // Without O_NONBLOCK, the open of a pipe waits for its writer.
        let opened = SystemCall.retrying { unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
        if let errno = opened.errno { throw .unreadable(path, call: "open", errno) }
        defer { close(opened.value) }
        var info = stat()
        guard unsafe fstat(opened.value, &info) == 0 else { throw .unreadable(path, call: "fstat", errno) }
        guard info.st_mode & S_IFMT == S_IFREG else { return nil }
        return try readAll(opened.value, path, limit: limit)
    }

    /// Up to `count` first bytes of a file; none if the file cannot be read.
    package static func head(of path: String, count: Int) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        return unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            let part = UnsafeMutableRawBufferPointer(buffer)
            initialized = max(0, unsafe SystemCall.read(descriptor, into: part).value)
        }
    }

    /// All bytes of a descriptor until its end.
    private static func readAll(_ descriptor: Int32, _ shown: String, limit: Int) throws(SystemError) -> [UInt8] {
        func tooLarge() -> SystemError {
            SystemError(.unreadable, "\(shown): more than \(limit) bytes; expected a smaller file", path: shown)
        }
        var bytes: [UInt8] = []
        var info = stat()
        if unsafe fstat(descriptor, &info) == 0, info.st_size > 0 {
            guard info.st_size <= limit else { throw tooLarge() }
            bytes.reserveCapacity(Int(info.st_size))
        }
        let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
        defer { unsafe chunk.deallocate() }
        while true {
            let (count, errno) = unsafe SystemCall.read(descriptor, into: chunk)
            if let errno { throw .unreadable(shown, call: "read", errno) }
            guard count > 0 else { return bytes }
            guard count <= limit - bytes.count else { throw tooLarge() }
            unsafe bytes.append(contentsOf: chunk[..<count])
        }
    }
}

extension SystemError {
    /// The error of a call that could not open or read a file or a directory.
    package static func unreadable(_ path: String, call: String, _ number: CInt) -> SystemError {
        SystemError(
            .unreadable,
            "\(path): \(SystemCall.text(of: number))",
            call: call,
            path: path,
            errorNumber: number
        )
    }
}
