#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Bytes that nobody changes once they are shared: a mapped file, or a 64-byte aligned block on the heap.
///
/// A mapped file must not be shortened or written in place while it is mapped: the process would get SIGBUS, or see
/// weights that were never verified. Replace model files by renaming a new one over them, as every writer here does.
// Proof: the bytes are written only by the closure given to `init`, before any other thread can know the object.
@safe final class SharedMemory: @unchecked Sendable {
    /// The bytes.
    let bytes: UnsafeRawBufferPointer
    /// Whether they belong to a mapping (otherwise to the heap).
    private let isMapped: Bool

    private init(_ bytes: UnsafeRawBufferPointer, isMapped: Bool) {
        unsafe self.bytes = bytes
        self.isMapped = isMapped
    }

    deinit {
        guard let base = unsafe UnsafeMutableRawPointer(mutating: bytes.baseAddress) else { return }
        if isMapped {
            unsafe munmap(base, bytes.count)
        } else {
            unsafe base.deallocate()
        }
    }

    /// Allocates `count` floats, zeroed and 64-byte aligned, and lets `fill` write them.
    static func floats(_ count: Int, fill: (UnsafeMutableBufferPointer<Float>) -> Void) -> SharedMemory {
        let size = max(count, 1) * MemoryLayout<Float>.stride
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 64)
        unsafe block.initializeMemory(as: UInt8.self, repeating: 0)
        let floats = unsafe block.bindMemory(to: Float.self)
        unsafe fill(UnsafeMutableBufferPointer(rebasing: floats[0..<count]))
        return unsafe SharedMemory(UnsafeRawBufferPointer(block), isMapped: false)
    }

    /// Allocates `count` 32-bit numbers, all zero, and lets `fill` write them.
    static func indexes(_ count: Int, fill: (UnsafeMutableBufferPointer<UInt32>) -> Void) -> SharedMemory {
        let size = max(count, 1) * MemoryLayout<UInt32>.stride
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 64)
        unsafe block.initializeMemory(as: UInt8.self, repeating: 0)
        let numbers = unsafe block.bindMemory(to: UInt32.self)
        unsafe fill(UnsafeMutableBufferPointer(rebasing: numbers[0..<count]))
        return unsafe SharedMemory(UnsafeRawBufferPointer(block), isMapped: false)
    }

    /// Copies bytes into an aligned block.
    static func copy(_ source: UnsafeRawBufferPointer) -> SharedMemory {
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: max(source.count, 1), alignment: 64)
        unsafe block.copyMemory(from: source)
        return unsafe SharedMemory(
            UnsafeRawBufferPointer(rebasing: block[0..<source.count]),
            isMapped: false
        )
    }

    /// Maps a whole regular file, read-only.
    static func map(path: String) throws(EngineError) -> SharedMemory {
        let opened = System.retrying { unsafe open(path, O_RDONLY | O_CLOEXEC) }
        if let errno = opened.errno { throw cannot("open", path, errno) }
        defer { close(opened.value) }
        var status = stat()
        if unsafe fstat(opened.value, &status) != 0 { throw cannot("inspect", path, errno) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw EngineError(.cannotRead, "\(path) is not a regular file; give the path of a model file")
        }
        guard let size = Int(exactly: status.st_size), size > 0 else {
            throw EngineError(.modelRefused, "\(path) is empty; a model file has at least a header")
        }
        guard let base = unsafe mmap(nil, size, PROT_READ, MAP_PRIVATE, opened.value, 0), unsafe base != MAP_FAILED
        else { throw cannot("map", path, errno) }
        return unsafe SharedMemory(UnsafeRawBufferPointer(start: base, count: size), isMapped: true)
    }

    private static func cannot(_ verb: String, _ path: String, _ number: CInt) -> EngineError {
        EngineError(.cannotRead, "cannot \(verb) \(path): \(System.text(of: number))", errno: number)
    }
}

/// A run of float32 inside shared memory, aligned to 4 bytes.
struct SharedFloats: Sendable {
    /// Where the floats live.
    let memory: SharedMemory
    /// The byte at which they start.
    let offset: Int
    /// How many there are.
    let count: Int

    /// A new aligned block, zeroed, written by `fill`.
    init(count: Int, fill: (UnsafeMutableBufferPointer<Float>) -> Void) {
        unsafe memory = SharedMemory.floats(count, fill: fill)
        offset = 0
        self.count = count
    }

    /// Floats where they are; the caller has checked bounds and alignment.
    init(memory: SharedMemory, offset: Int, count: Int) {
        self.memory = memory
        self.offset = offset
        self.count = count
    }

    /// The floats.
    ///
    /// Valid while `memory` lives.
    var buffer: UnsafeBufferPointer<Float> {
        guard let base = unsafe memory.bytes.baseAddress else {
            return unsafe UnsafeBufferPointer(start: nil, count: 0)
        }
        let start = unsafe (base + offset).assumingMemoryBound(to: Float.self)
        return unsafe UnsafeBufferPointer(start: start, count: count)
    }
}
