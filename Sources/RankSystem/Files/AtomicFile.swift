import CLibrary

/// A file that appears whole or not at all.
///
/// The bytes are written under a temporary name in the same directory, flushed to disk and verified; only then does the
/// temporary file take the file's name. A failure leaves no temporary file and an older file untouched; so does a
/// signal that ends the process.
@safe package struct AtomicFile<Failure: SystemErrorConvertible>: ~Copyable {
    private let path: String
    private let temporary: String
    private let descriptor: FileDescriptor
    private var isTemporary = true
    private let signals: HeldSignals

    /// Writes a file with `write`, lets `verify` read it under its temporary name, and gives it its name.
    package static func replace(
        path: String,
        write: (inout AtomicFile) throws(Failure) -> Void,
        verify: (_ temporaryPath: String) throws(Failure) -> Void = { _ in }
    ) throws(Failure) {
        try HeldSignals.during { signals throws(Failure) in
            var file = try AtomicFile(path: path, signals)
            try write(&file)
            try file.flush()
            try verify(file.temporary)
            try file.requireTime()
            try file.takeName()
        }
    }

    /// Writes a file with `write` under a temporary name beside `path`, lets `read` read it, and removes it.
    package static func temporary<Value>(
        beside path: String,
        write: (inout AtomicFile) throws(Failure) -> Void,
        read: (_ temporaryPath: String) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        try HeldSignals.during { signals throws(Failure) in
            var file = try AtomicFile(path: path, signals)
            try write(&file)
            return try read(file.temporary)
        }
    }

    private init(path: String, _ signals: HeldSignals) throws(Failure) {
        let (directory, name) = Self.split(path)
        switch PathOccupant(at: path) {
        case .nothing, .file: break
        case .directory:
            throw Self.refusal("\(path) is a directory; give the name of a file in it", path, EISDIR)
        case .special:
            throw Self.refusal("\(path) is not a regular file; give the name of one, or of none yet", path, EINVAL)
        }
        let random = UInt64.random(in: 0...UInt64.max)
        let temporary = "\(directory)/.\(name).\(getpid()).\(String(random, radix: 36)).tmp"
        do throws(SystemError) {
            descriptor = try FileDescriptor(creating: temporary, permissions: 0o644)
        } catch {
            throw Self.cannot("create a file beside", path, error.errorNumber)
        }
        self.path = path
        self.signals = signals
        self.temporary = temporary
    }

    deinit {
        if isTemporary { _ = unsafe unlink(temporary) }
    }

    /// Appends bytes.
    package mutating func append(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
        try requireTime()
        if let errno = unsafe descriptor.write(bytes) { throw Self.cannot("write", path, errno) }
    }

    /// Throws if a signal is about to end the process.
    private func requireTime() throws(Failure) {
        if signals.areWaiting { throw Self.cannot("finish", path, EINTR) }
    }

    private mutating func flush() throws(Failure) {
        if let errno = descriptor.flush() { throw Self.cannot("flush", path, errno) }
    }

    private consuming func takeName() throws(Failure) {
        // Opened before the rename, so that a failure leaves the older file.
        let directory = Self.split(path).directory
        let opened: FileDescriptor
        do throws(SystemError) {
            opened = try FileDescriptor(reading: directory)
        } catch {
            throw Self.cannot("open the directory of", path, error.errorNumber)
        }
        // https://man7.org/linux/man-pages/man2/rename.2.html
        if unsafe rename(temporary, path) != 0 { throw Self.cannot("give its name to", path, errno) }
        isTemporary = false
        // The name is on disk only once the directory is; some file systems cannot flush one (EINVAL).
        if let errno = opened.flush(), errno != EINVAL {
            let reason = SystemCall.text(of: errno)
            throw Self.refusal("\(path) is written, but may not outlive a power failure: \(reason)", path, errno)
        }
    }

    private static func split(_ path: String) -> (directory: String, name: String) {
        guard let slash = path.lastIndex(of: "/") else { return (".", path) }
        let directory = slash == path.startIndex ? "/" : String(path[..<slash])
        return (directory, String(path[path.index(after: slash)...]))
    }

    private static func cannot(_ verb: String, _ path: String, _ number: CInt) -> Failure {
        refusal("cannot \(verb) \(path): \(SystemCall.text(of: number))", path, number)
    }

    private static func refusal(_ message: String, _ path: String, _ number: CInt) -> Failure {
        Failure(SystemError(.unwritable, message, path: path, errorNumber: number))
    }
}
