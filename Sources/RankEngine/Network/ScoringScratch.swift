/// Scratch memory for floats, 64-byte aligned, owned by one thread.
@safe final class ScoringScratch {
    private(set) var floats = unsafe UnsafeMutableBufferPointer<Float>(start: nil, count: 0)

    deinit {
        unsafe floats.deallocate()
    }

    /// Reserves at least `count` floats, zeroed; keeps the present memory where that is enough.
    func reserve(_ count: Int) {
        guard unsafe count > floats.count else { return }
        unsafe floats.deallocate()
        let size = count * MemoryLayout<Float>.stride
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 64)
        unsafe block.initializeMemory(as: UInt8.self, repeating: 0)
        unsafe floats = block.bindMemory(to: Float.self)
    }
}
