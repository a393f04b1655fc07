/// A run of numbers of one type inside shared memory, aligned for that type.
struct SharedValues<Element: BitwiseCopyable & Sendable>: Sendable {
    private let memory: SharedMemory
    private let offset: Int
    /// The number of elements.
    let count: Int

    /// The elements of a tensor of a file: in place, or a copy where the file does not align them.
    ///
    /// `Element` must be a number of the size of the tensor's type.
    init(_ file: Safetensors, _ tensor: SafetensorsHeader.Tensor) {
        count = tensor.count
        if tensor.bytes.lowerBound.isMultiple(of: MemoryLayout<Element>.alignment) {
            (memory, offset) = (file.memory, tensor.bytes.lowerBound)
        } else {
            (memory, offset) = (unsafe SharedMemory.copy(file.bytes(tensor)), 0)
        }
    }

    /// The address of the first element, valid while this value or a copy of it lives.
    var start: UnsafePointer<Element>? {
        unsafe memory.bytes.baseAddress.map { unsafe ($0 + offset).assumingMemoryBound(to: Element.self) }
    }

    /// An element.
    ///
    /// - Precondition: `index` is from 0 to `count` − 1.
    subscript(index: Int) -> Element {
        precondition(index >= 0 && index < count)
        return unsafe memory.bytes.loadUnaligned(
            fromByteOffset: offset + index * MemoryLayout<Element>.stride,
            as: Element.self
        )
    }
}
