import CLibrary

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
        guard path != "-" else { return try readAll(StandardDescriptors.input, "standard input", limit: limit) }
        let file = try FileDescriptor(reading: path, isPatient: true)
        return try readAll(file.number, path, limit: limit)
    }

    /// All bytes of a regular file, and of nothing else: a pipe is empty when it is read again, or blocks.
    ///
    /// - Parameters:
    ///   - path: The file's path, directly or through links; `-` is a name like any other.
    ///   - limit: The most bytes to read.
    /// - Returns: The bytes; nil if the path names something else than a regular file.
    /// - Throws: `unreadable` with the call that failed, or without one for more than `limit` bytes.
    package static func readRegular(_ path: String, limit: Int) throws(SystemError) -> [UInt8]? {
        let file = try FileDescriptor(reading: path)
        let status: FileStatus
        do throws(SystemError) {
            status = try FileStatus(file)
        } catch {
            throw .unreadable(path, call: error.call, error.errorNumber)
        }
        return status.kind == .regular ? try readAll(file.number, path, limit: limit) : nil
    }

    /// Up to `count` first bytes of a file; none if the file cannot be read.
    package static func head(of path: String, count: Int) -> [UInt8] {
        guard let file = try? FileDescriptor(reading: path) else { return [] }
        return unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            let part = UnsafeMutableRawBufferPointer(buffer)
            initialized = max(0, unsafe file.read(into: part).value)
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
