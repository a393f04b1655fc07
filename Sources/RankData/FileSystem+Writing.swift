#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

extension FileSystem {
    /// Makes a directory of files that appears whole or not at all.
    ///
    /// The files are written and synced under a temporary name beside it, which is then renamed. An empty directory
    /// of that name is replaced, anything else refused.
    static func writeDirectory(_ directory: String, _ files: [(name: String, bytes: [UInt8])]) throws(DataError) {
        var path = directory
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        guard !path.isEmpty else { throw DataError(.unwritable, "the path of the directory to write is empty") }
        if let kind = try kind(of: path) {
            guard kind == .directory else { throw DataError(.unwritable, "\(path): a file is in the way") }
            guard try names(in: path).isEmpty else {
                throw DataError(.unwritable, "\(path): exists and is not empty; remove it or write elsewhere")
            }
        }
        try makeParents(of: path)
        let temporary = "\(path).tmp-\(getpid())"
        guard mkdir(temporary, 0o777) == 0 else { throw failure("mkdir", temporary) }
        do throws(DataError) {
            for (name, bytes) in files { try write(bytes, to: joinPath(temporary, name)) }
            guard rename(temporary, path) == 0 else { throw failure("rename", path) }
        } catch {
            for (name, _) in files { unlink(joinPath(temporary, name)) }
            rmdir(temporary)
            throw error
        }
    }

    private static func makeParents(of path: String) throws(DataError) {
        for index in path.indices.dropFirst() where path[index] == "/" {
            let parent = String(path[..<index])
            if mkdir(parent, 0o777) != 0, errno != EEXIST { throw failure("mkdir", parent) }
        }
    }

    private static func write(_ bytes: [UInt8], to path: String) throws(DataError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw failure("open", path) }
        var written = 0
        var error: DataError?
        bytes.withUnsafeBytes { buffer in
            while written < buffer.count, error == nil {
                let rest = UnsafeRawBufferPointer(rebasing: buffer[written...])
                let count = systemWrite(descriptor, rest.baseAddress, rest.count)
                if count >= 0 { written += count } else if errno != EINTR { error = failure("write", path) }
            }
        }
        if error == nil, fsync(descriptor) != 0 { error = failure("fsync", path) }
        if close(descriptor) != 0, error == nil { error = failure("close", path) }
        if let error { throw error }
    }

    private static func failure(_ call: String, _ path: String) -> DataError {
        let error = SystemCallError.last(call)
        return DataError(.unwritable, "\(path): \(error.text)", cause: error)
    }

    private static func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
        #if canImport(Glibc)
        Glibc.write(descriptor, bytes, count)
        #elseif canImport(Musl)
        Musl.write(descriptor, bytes, count)
        #else
        Darwin.write(descriptor, bytes, count)
        #endif
    }
}
