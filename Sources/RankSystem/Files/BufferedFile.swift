import CLibrary

/// A file of an ``AtomicDirectory`` that is written through a buffer.
package struct BufferedFile<Failure: SystemErrorConvertible>: ~Copyable {
    private let name: String
    private let descriptor: FileDescriptor
    private let signals: HeldSignals
    @usableFromInline var buffer: [UInt8] = []
    @usableFromInline static var limit: Int { 1 << 20 }

    /// Makes a file that must not exist.
    ///
    /// - Parameters:
    ///   - path: The temporary path.
    ///   - name: The final path, for messages.
    ///   - signals: The signals that are held while the file is written.
    /// - Throws: The error made from `unwritable`.
    init(path: String, named name: String, _ signals: HeldSignals) throws(Failure) {
        self.name = name
        self.signals = signals
        do throws(SystemError) {
            descriptor = try FileDescriptor(creating: path, permissions: 0o666)
        } catch {
            throw Failure(.unwritable(name, call: error.call, error.errorNumber))
        }
        buffer.reserveCapacity(Self.limit + 4_096)
    }

    /// Adds bytes.
    @inlinable
    package mutating func write(_ bytes: some Sequence<UInt8>) throws(Failure) {
        buffer.append(contentsOf: bytes)
        if buffer.count >= Self.limit { try flush() }
    }

    /// Adds a number in decimal.
    @inlinable
    package mutating func write(decimal value: Int) throws(Failure) {
        if value < 0 { buffer.append(UInt8(ascii: "-")) }
        let start = buffer.count
        var rest = value.magnitude
        repeat {
            buffer.append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        buffer[start...].reverse()
        if buffer.count >= Self.limit { try flush() }
    }

    /// Flushes the buffer and the file to disk.
    mutating func finish() throws(Failure) {
        try flush()
        if let errno = descriptor.flush() { throw Failure(.unwritable(name, call: "fsync", errno)) }
    }

    @usableFromInline
    mutating func flush() throws(Failure) {
        if signals.areWaiting { throw Failure(SystemError(.unwritable, "\(name): interrupted before it was whole")) }
        let number = descriptor.number
        let failure = unsafe buffer.withUnsafeBytes { unsafe SystemCall.write($0, to: number) }
        if let failure { throw Failure(.unwritable(name, call: "write", failure)) }
        buffer.removeAll(keepingCapacity: true)
    }
}

extension SystemError {
    /// The error of a call that could not write a file or a directory.
    static func unwritable(_ path: String, call: String, _ number: CInt) -> SystemError {
        let isFull = [ENOSPC, EDQUOT, EFBIG].contains(number)
        let advice = isFull ? "make room for it, or write elsewhere" : "write elsewhere"
        return SystemError(
            .unwritable,
            "\(path): \(SystemCall.text(of: number)); \(advice)",
            call: call,
            path: path,
            errorNumber: number
        )
    }
}
