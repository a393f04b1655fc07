/// 64-bit little-endian numbers, unaligned, in shared memory.
struct StoredNumbers: Sendable {
    let memory: SharedMemory
    let offset: Int
    let count: Int

    @inline(__always)
    subscript(row: Int) -> UInt64 {
        let bytes = unsafe memory.bytes.loadUnaligned(fromByteOffset: offset + row * 8, as: UInt64.self)
        return UInt64(littleEndian: bytes)
    }
}

/// Texts one after another in shared memory, with checked offsets.
struct StoredTexts: Sendable {
    let memory: SharedMemory
    let text: Range<Int>
    let offsets: StoredNumbers

    /// The bytes of a row's text.
    ///
    /// Valid while `memory` lives.
    subscript(row: Int) -> UnsafeRawBufferPointer {
        let start = text.lowerBound + Int(truncatingIfNeeded: offsets[row])
        let end = text.lowerBound + Int(truncatingIfNeeded: offsets[row + 1])
        return unsafe UnsafeRawBufferPointer(rebasing: memory.bytes[start..<end])
    }
}
