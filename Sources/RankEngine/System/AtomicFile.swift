internal import RankSystem

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// A file that appears whole or not at all.
///
/// The bytes go to a temporary name in the same directory, are flushed to disk and proved, and only then take the
/// file's name. Whatever fails leaves no temporary file and an older file untouched; so does a signal that ends the
/// process.
@safe package struct AtomicFile: ~Copyable {
    private let path: String
    private let temporary: String
    private var descriptor: CInt
    private let signals: HeldSignals

    /// Writes a file with `write`, lets `verify` read it under its temporary name, and gives it its name.
    package static func replace(
        path: String,
        write: (inout AtomicFile) throws(EngineError) -> Void,
        verify: (_ temporaryPath: String) throws(EngineError) -> Void = { _ in }
    ) throws(EngineError) {
        try HeldSignals.during { signals throws(EngineError) in
            var file = try AtomicFile(path: path, signals)
            try write(&file)
            try file.flush()
            try verify(file.temporary)
            try file.requireTime()
            try file.rename()
        }
    }

    /// Writes a file with `write`, lets `read` have it under a temporary name beside `path`, and removes it.
    static func temporary<Value>(
        beside path: String,
        write: (inout AtomicFile) throws(EngineError) -> Void,
        read: (_ temporaryPath: String) throws(EngineError) -> Value
    ) throws(EngineError) -> Value {
        try HeldSignals.during { signals throws(EngineError) in
            var file = try AtomicFile(path: path, signals)
            try write(&file)
            return try read(file.temporary)
        }
    }

    private init(path: String, _ signals: HeldSignals) throws(EngineError) {
        let (directory, name) = Self.split(path)
        switch Occupant(at: path) {
        case .nothing, .file: break
        case .directory:
            throw EngineError(
                .cannotWrite,
                "\(path) is a directory; give the name of a file in it",
                errno: EISDIR
            )
        case .special:
            throw EngineError(
                .cannotWrite,
                "\(path) is not a regular file; give the name of one, or of none yet",
                errno: EINVAL
            )
        }
        let random = UInt64.random(in: 0...UInt64.max)
        let temporary = "\(directory)/.\(name).\(getpid()).\(String(random, radix: 36)).tmp"
        let opened = System.retrying { unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644) }
        if let errno = opened.errno { throw Self.cannot("create a file beside", path, errno) }
        self.path = path
        self.signals = signals
        self.temporary = temporary
        descriptor = opened.value
    }

    deinit {
        if descriptor >= 0 {
            close(descriptor)
            _ = unsafe unlink(temporary)
        }
    }

    /// Appends bytes.
    package mutating func append(_ bytes: UnsafeRawBufferPointer) throws(EngineError) {
        var rest = unsafe bytes
        try requireTime()
        while unsafe !rest.isEmpty {
            let (descriptor, part) = unsafe (descriptor, rest)
            let written = System.retrying { unsafe write(descriptor, part.baseAddress, part.count) }
            if let errno = written.errno { throw Self.cannot("write", path, errno) }
            unsafe rest = UnsafeRawBufferPointer(rebasing: rest[written.value...])
        }
    }

    /// Demands that the process is not about to end.
    private func requireTime() throws(EngineError) {
        if signals.areWaiting { throw Self.cannot("finish", path, EINTR) }
    }

    private mutating func flush() throws(EngineError) {
        let descriptor = descriptor
        if let errno = System.retrying({ fsync(descriptor) }).errno { throw Self.cannot("flush", path, errno) }
    }

    private consuming func rename() throws(EngineError) {
        // Opened before the rename, so that a failure leaves the older file.
        let directory = Self.split(path).directory
        let opened = System.retrying { unsafe open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        if let errno = opened.errno { throw Self.cannot("open the directory of", path, errno) }
        defer { close(opened.value) }
        #if canImport(Darwin)
        let result = unsafe Darwin.rename(temporary, path)
        #elseif canImport(Musl)
        let result = unsafe Musl.rename(temporary, path)
        #else
        let result = unsafe Glibc.rename(temporary, path)
        #endif
        if result != 0 { throw Self.cannot("give its name to", path, errno) }
        close(descriptor)
        descriptor = -1
        // The name itself is on disk only when the directory is; some file systems cannot say so (EINVAL).
        if let errno = System.retrying({ fsync(opened.value) }).errno, errno != EINVAL {
            throw EngineError(
                .cannotWrite,
                "\(path) is written, but may not outlive a power failure: \(System.text(of: errno))",
                errno: errno
            )
        }
    }

    private static func split(_ path: String) -> (directory: String, name: String) {
        guard let slash = path.lastIndex(of: "/") else { return (".", path) }
        let directory = slash == path.startIndex ? "/" : String(path[..<slash])
        return (directory, String(path[path.index(after: slash)...]))
    }

    private static func cannot(_ verb: String, _ path: String, _ number: CInt) -> EngineError {
        EngineError(.cannotWrite, "cannot \(verb) \(path): \(System.text(of: number))", errno: number)
    }
}
