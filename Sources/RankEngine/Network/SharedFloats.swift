/// A run of float32 inside shared memory, aligned to 4 bytes.
struct SharedFloats: Sendable {
    /// The memory of the floats.
    let memory: SharedMemory
    /// The first byte of the floats.
    let offset: Int
    /// The number of floats.
    let count: Int

    /// A new aligned block, zeroed, written by `fill`.
    init(count: Int, fill: (UnsafeMutableBufferPointer<Float>) -> Void) {
        unsafe memory = SharedMemory.floats(count, fill: fill)
        offset = 0
        self.count = count
    }

    /// Floats in place; the caller has checked bounds and alignment.
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
