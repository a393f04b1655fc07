import RankSystem

/// Immutable bytes: a mapped file, a copy of one, or a 64-byte aligned block on the heap.
///
/// A file must not be truncated or written in place while it is mapped: the process would get SIGBUS, or see weights
/// that were never verified. So ``holding(path:placement:)`` maps a file only where the caller asks for it.
@safe final class SharedMemory: @unchecked Sendable {  // Proof: its bytes are written only before it is returned.
    /// The bytes.
    let bytes: UnsafeRawBufferPointer
    /// The mapping that holds the bytes; nil for bytes on the heap.
    private let mapping: MemoryMapping?

    /// Owns bytes on the heap.
    private init(_ bytes: UnsafeRawBufferPointer) {
        unsafe self.bytes = bytes
        mapping = nil
    }

    /// Owns the bytes of a mapping.
    init(_ mapping: consuming MemoryMapping) {
        unsafe bytes = UnsafeRawBufferPointer(mapping.bytes)
        self.mapping = consume mapping
    }

    deinit {
        if mapping == nil { unsafe UnsafeMutableRawPointer(mutating: bytes.baseAddress)?.deallocate() }
    }

    /// Allocates `count` floats, zeroed and 64-byte aligned, and lets `fill` write them.
    static func floats(_ count: Int, fill: (UnsafeMutableBufferPointer<Float>) -> Void) -> SharedMemory {
        unsafe zeroed(max(count, 1) * MemoryLayout<Float>.stride) { block in
            unsafe fill(UnsafeMutableBufferPointer(rebasing: block.bindMemory(to: Float.self)[0..<count]))
        }
    }

    /// Allocates `count` 32-bit numbers, all zero, and lets `fill` write them.
    static func indexes(_ count: Int, fill: (UnsafeMutableBufferPointer<UInt32>) -> Void) -> SharedMemory {
        unsafe zeroed(max(count, 1) * MemoryLayout<UInt32>.stride) { block in
            unsafe fill(UnsafeMutableBufferPointer(rebasing: block.bindMemory(to: UInt32.self)[0..<count]))
        }
    }

    /// Allocates `byteCount` bytes, zeroed and 64-byte aligned, and lets `fill` write them.
    static func block(byteCount: Int, fill: (UnsafeMutableBufferPointer<UInt8>) -> Void) -> SharedMemory {
        unsafe zeroed(max(byteCount, 1)) { unsafe fill($0.bindMemory(to: UInt8.self)) }
    }

    /// The size from which on blocks are in huge pages, where the system has them: rows of a large table are read in
    /// random order, and each read of a small page would miss the TLB.
    static let largeByteCount = 8 << 20

    /// Allocates bytes, zeroed and 64-byte aligned, and lets `fill` write them.
    private static func zeroed(_ byteCount: Int, fill: (UnsafeMutableRawBufferPointer) -> Void) -> SharedMemory {
        if byteCount >= largeByteCount, let pages = try? MemoryMapping(inHugePages: byteCount) {
            // The system's pages are zeros.
            unsafe fill(pages.bytes)
            return SharedMemory(pages)
        }
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: byteCount, alignment: 64)
        unsafe block.initializeMemory(as: UInt8.self, repeating: 0)
        unsafe fill(block)
        return unsafe SharedMemory(UnsafeRawBufferPointer(block))
    }

    /// The address of the bytes, valid while this object lives; the caller knows their type.
    func start<Element: BitwiseCopyable>(as type: Element.Type) -> UnsafePointer<Element>? {
        unsafe bytes.baseAddress?.assumingMemoryBound(to: type)
    }

    /// Copies bytes into an aligned block.
    static func copy(_ source: UnsafeRawBufferPointer) -> SharedMemory {
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: max(source.count, 1), alignment: 64)
        unsafe block.copyMemory(from: source)
        return unsafe SharedMemory(
            UnsafeRawBufferPointer(rebasing: block[0..<source.count])
        )
    }
}
