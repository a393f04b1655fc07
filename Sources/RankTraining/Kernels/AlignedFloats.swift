/// Float32 memory, aligned to a cache line, which the loops of training read and write.
///
/// A reference type: all holders see changes. Not for use from several threads at once.
@safe
package final class AlignedFloats {
    private var memory: UnsafeMutableBufferPointer<Float>

    /// Floats that are all `value`.
    package init(repeating value: Float = 0, count: Int) {
        unsafe memory = Self.allocate(count)
        unsafe memory.initialize(repeating: value)
    }

    /// A copy of a list.
    package init(_ values: ArraySlice<Float>) {
        unsafe memory = Self.allocate(values.count)
        _ = unsafe memory.initialize(from: values)
    }

    /// A copy of a list.
    package convenience init(_ values: [Float]) {
        self.init(values[...])
    }

    deinit { unsafe UnsafeMutableRawBufferPointer(memory).deallocate() }

    /// The number of floats.
    package var count: Int { unsafe memory.count }

    /// The float at an index.
    ///
    /// - Precondition: `index` is one of `0..<count`.
    package subscript(index: Int) -> Float {
        get {
            precondition(index >= 0 && index < count)
            return unsafe memory[index]
        }
        set {
            precondition(index >= 0 && index < count)
            unsafe memory[index] = newValue
        }
    }

    /// Whether all are finite numbers.
    package var areFinite: Bool { unsafe memory.allSatisfy { $0.isFinite } }

    /// A copy of all.
    package var values: [Float] { unsafe Array(memory) }

    /// Makes room for at least `count` floats, whose values are unspecified.
    ///
    /// Allocates only if there was less room.
    package func grow(to count: Int) {
        guard self.count < count else { return }
        unsafe UnsafeMutableRawBufferPointer(memory).deallocate()
        unsafe memory = Self.allocate(count)
        unsafe memory.initialize(repeating: 0)
    }

    /// The address of the first float.
    ///
    /// Valid while this object lives and does not grow.
    var base: UnsafeMutablePointer<Float> {
        guard let base = unsafe memory.baseAddress else { preconditionFailure("memory is never nil") }
        return unsafe base
    }

    private static func allocate(_ count: Int) -> UnsafeMutableBufferPointer<Float> {
        let bytes = max(count, 1) * MemoryLayout<Float>.stride
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes, alignment: 64)
        let floats = unsafe memory.bindMemory(to: Float.self)
        return unsafe UnsafeMutableBufferPointer(rebasing: floats[..<count])
    }
}
