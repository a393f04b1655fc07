#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A system call that failed, with the system's own text.
struct SystemCallError: Error, CustomStringConvertible {
    let call: String
    let number: Int32

    /// The error of the call that has just failed.
    static func last(_ call: String) -> SystemCallError {
        SystemCallError(call: call, number: errno)
    }

    var text: String { String(cString: strerror(number)) }
    var description: String { "\(call): \(text)" }
}

/// The few file operations of this module, without Foundation.
enum FileSystem {
    enum Kind {
        case file
        case directory
    }

    /// What lies at a path, or nil when nothing does.
    static func kind(of path: String) throws(DataError) -> Kind? {
        var info = stat()
        guard stat(path, &info) == 0 else {
            let error = SystemCallError.last("stat")
            if error.number == ENOENT || error.number == ENOTDIR { return nil }
            throw DataError(.unreadable, "\(path): \(error.text)", cause: error)
        }
        return (info.st_mode & S_IFMT) == S_IFDIR ? .directory : .file
    }

    /// The names in a directory, sorted by their bytes.
    static func names(in directory: String) throws(DataError) -> [String] {
        guard let handle = opendir(directory) else {
            let error = SystemCallError.last("opendir")
            throw DataError(.unreadable, "\(directory): \(error.text)", cause: error)
        }
        defer { closedir(handle) }
        var names: [String] = []
        while let entry = readdir(handle) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: pointer.pointee)) {
                    String(cString: $0)
                }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// The most bytes that are read into memory: some 80 million ratings, and an end to what never ends, such as a pipe
    /// that somebody fills.
    static let largestFile = 2 << 30

    /// All bytes of a file, or of standard input when the path is `-`.
    ///
    /// - Throws: `unreadable`, also for more than `largestFile` bytes.
    static func read(_ path: String) throws(DataError) -> [UInt8] {
        let shown = path == "-" ? "standard input" : path
        let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            let error = SystemCallError.last("open")
            throw DataError(.unreadable, "\(shown): \(error.text)", cause: error)
        }
        defer { if path != "-" { close(descriptor) } }
        var bytes: [UInt8] = []
        var info = stat()
        if fstat(descriptor, &info) == 0, info.st_size > 0 {
            guard info.st_size <= largestFile else { throw tooLarge(shown) }
            bytes.reserveCapacity(Int(info.st_size))
        }
        let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
        defer { chunk.deallocate() }
        while true {
            let count = systemRead(descriptor, chunk.baseAddress, chunk.count)
            if count == 0 { return bytes }
            if count > 0 {
                guard count <= largestFile - bytes.count else { throw tooLarge(shown) }
                bytes.append(contentsOf: chunk[..<count])
            } else if errno != EINTR {
                let error = SystemCallError.last("read")
                throw DataError(.unreadable, "\(shown): \(error.text)", cause: error)
            }
        }
    }

    /// The first bytes of a regular file, as many as `ForeignFile` looks at; none of one that cannot be read, which its
    /// reader has words for.
    static func head(of path: String) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        return [UInt8](unsafeUninitializedCapacity: ForeignFile.sampleSize) { buffer, count in
            count = max(0, systemRead(descriptor, buffer.baseAddress, buffer.count))
        }
    }

    private static func tooLarge(_ shown: String) -> DataError {
        DataError(.unreadable, "\(shown): more than \(largestFile) bytes; expected a smaller file")
    }

    private static func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
        #if canImport(Glibc)
        Glibc.read(descriptor, buffer, count)
        #elseif canImport(Musl)
        Musl.read(descriptor, buffer, count)
        #else
        Darwin.read(descriptor, buffer, count)
        #endif
    }
}

/// Joins a directory and a name with exactly one slash.
func joinPath(_ directory: String, _ name: String) -> String {
    directory.hasSuffix("/") ? directory + name : directory + "/" + name
}

/// The last component of a path, trailing slashes ignored.
func lastPathComponent(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
}
