/// A safetensors file in memory, mapped or copied, with any tensors, read by name.
package final class Safetensors: Sendable {
    /// The file's path, for messages.
    package let path: String
    /// Names, shapes and metadata.
    package let header: SafetensorsHeader
    /// The whole file.
    let memory: SharedMemory
    /// The placement of the bytes.
    let placement: RankModel.Placement
    private let indexes: [String: Int]

    /// Maps or copies a file and reads its header.
    ///
    /// The bytes of a mapped file's tensors are read on access.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - placement: The placement of the bytes; nil for a copy.
    /// - Throws: ``EngineError/Code/cannotRead``, or ``EngineError/Code/modelRefused`` where the file is no safetensors
    ///   file.
    package init(path: String, placement: RankModel.Placement? = nil) throws(EngineError) {
        self.path = path
        (memory, self.placement) = try SharedMemory.holding(path: path, placement: placement)
        do throws(EngineError) {
            header = try unsafe SafetensorsHeader(file: memory.bytes)
        } catch {
            throw unsafe ForeignModel.refusal(memory.bytes) ?? error
        }
        var indexes: [String: Int] = [:]
        for (index, tensor) in header.tensors.enumerated() {
            indexes[tensor.name] = index
        }
        self.indexes = indexes
    }

    /// The tensor of a name, or nil.
    package func tensor(_ name: String) -> SafetensorsHeader.Tensor? {
        indexes[name].map { header.tensors[$0] }
    }

    /// The values of a tensor of 32-bit floats, row-major.
    package func floats(_ name: String) throws(EngineError) -> [Float] {
        try values(name, .float32)
    }

    /// The bytes of a tensor.
    ///
    /// Valid while this object lives.
    func bytes(_ tensor: SafetensorsHeader.Tensor) -> UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(rebasing: memory.bytes[tensor.bytes])
    }

    /// The floats of a tensor in place, or a copy where the file does not align them.
    func sharedFloats(_ tensor: SafetensorsHeader.Tensor) -> SharedFloats {
        guard tensor.bytes.lowerBound % MemoryLayout<Float>.alignment != 0 else {
            return SharedFloats(memory: memory, offset: tensor.bytes.lowerBound, count: tensor.count)
        }
        return unsafe SharedFloats(memory: SharedMemory.copy(bytes(tensor)), offset: 0, count: tensor.count)
    }

    /// The values of a tensor of a known type.
    ///
    /// `Value` must be a number of that type's size.
    func values<Value: BitwiseCopyable>(
        _ name: String,
        _ type: SafetensorsHeader.ElementType
    ) throws(EngineError) -> [Value] {
        guard let tensor = tensor(name) else {
            throw EngineError(.modelRefused, "\(path) has no tensor \(name)")
        }
        guard tensor.type == type else {
            throw EngineError(.modelRefused, "tensor \(name) is \(tensor.type.rawValue), expected \(type.rawValue)")
        }
        let source = unsafe bytes(tensor)
        return unsafe [Value](unsafeUninitializedCapacity: tensor.count) { buffer, count in
            unsafe UnsafeMutableRawBufferPointer(buffer).copyMemory(from: source)
            count = tensor.count
        }
    }
}
