import RankSystem

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A file being written through a buffer, so that memory does not grow with it.
struct FileOutput: ~Copyable {
    private let name: String
    private let descriptor: Int32
    private let signals: HeldSignals
    private var buffer: [UInt8] = []
    private static let limit = 1 << 20

    /// Makes a file that must not exist; errors call it `name`, which it will have.
    init(path: String, named name: String, _ signals: HeldSignals) throws(DataError) {
        self.name = name
        self.signals = signals
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw FileSystem.failure("open", name) }
        buffer.reserveCapacity(Self.limit + 4_096)
    }

    deinit { close(descriptor) }

    /// Adds bytes.
    mutating func write(_ bytes: some Sequence<UInt8>) throws(DataError) {
        buffer.append(contentsOf: bytes)
        if buffer.count >= Self.limit { try flush() }
    }

    /// Adds a number in decimal.
    mutating func write(decimal value: Int) throws(DataError) {
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

    /// Brings all to the disk.
    mutating func finish() throws(DataError) {
        try flush()
        guard fsync(descriptor) == 0 else { throw FileSystem.failure("fsync", name) }
    }

    private mutating func flush() throws(DataError) {
        if signals.areWaiting { throw DataError(.unwritable, "\(name): interrupted before it was whole") }
        var written = 0
        var error: DataError?
        buffer.withUnsafeBytes { bytes in
            while written < bytes.count, error == nil {
                let rest = UnsafeRawBufferPointer(rebasing: bytes[written...])
                let count = systemWrite(descriptor, rest.baseAddress, rest.count)
                if count >= 0 { written += count } else if errno != EINTR { error = FileSystem.failure("write", name) }
            }
        }
        if let error { throw error }
        buffer.removeAll(keepingCapacity: true)
    }
}

private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    #if canImport(Glibc)
    Glibc.write(descriptor, bytes, count)
    #elseif canImport(Musl)
    Musl.write(descriptor, bytes, count)
    #else
    Darwin.write(descriptor, bytes, count)
    #endif
}
