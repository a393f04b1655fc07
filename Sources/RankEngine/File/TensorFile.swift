import RankSystem

/// A safetensors file that carries its digest like a model file, but holds no model.
///
/// Written whole or not at all; read only with the digest that it carries.
package struct TensorFile {
    /// The values of a tensor to write.
    package enum Values {
        /// 32-bit floats.
        case floats([Float])
        /// 64-bit floats.
        case doubles([Double])
        /// Unsigned 64-bit numbers.
        case numbers([UInt64])
    }

    /// The strings of the header, the digest among them.
    package let metadata: [String: String]
    private let file: Safetensors

    /// Writes a file: under a temporary name, flushed, then renamed.
    ///
    /// - Parameters:
    ///   - path: The file to write. An older file is replaced, or left unchanged on failure.
    ///   - metadata: The strings of the header; `digest` is added.
    ///   - tensors: Names, each once, and values, each one row.
    /// - Throws: ``EngineError/Code/cannotWrite`` when the file system refuses.
    package static func write(
        to path: String,
        metadata: [String: String],
        tensors: [(name: String, values: Values)]
    ) throws(EngineError) {
        var layout = FileLayout()
        for (name, values) in tensors {
            switch values {
            case .floats(let floats):
                layout.add(name, .float32, [floats.count], .made(floats.parts))
            case .doubles(let doubles):
                layout.add(name, .float64, [doubles.count], .numbers64(doubles.map(\.bitPattern)))
            case .numbers(let numbers):
                layout.add(name, .uint64, [numbers.count], .numbers64(numbers))
            }
        }
        let header = try layout.header(metadata: metadata)
        try AtomicFile.replace(path: path) { (file) throws(EngineError) in
            try unsafe header.bytes.withBytes { (bytes) throws(EngineError) in try unsafe file.append(bytes) }
            for tensor in layout.tensors {
                try unsafe tensor.content.withBytes { (bytes) throws(EngineError) in try unsafe file.append(bytes) }
            }
        }
    }

    /// Reads a file and checks its digest.
    ///
    /// - Throws: ``EngineError/Code/cannotRead``, or ``EngineError/Code/modelRefused`` when the file is not whole.
    package init(path: String) throws(EngineError) {
        file = try Safetensors(path: path)
        metadata = file.header.metadata
        _ = try ModelDigest.verify(file)
    }

    /// The values of a tensor of 32-bit floats.
    ///
    /// - Throws: ``EngineError/Code/modelRefused`` when no tensor has that name and type.
    package func floats(_ name: String) throws(EngineError) -> [Float] { try file.floats(name) }

    /// The values of a tensor of 64-bit floats.
    ///
    /// - Throws: ``EngineError/Code/modelRefused`` when no tensor has that name and type.
    package func doubles(_ name: String) throws(EngineError) -> [Double] { try file.values(name, .float64) }

    /// The values of a tensor of unsigned 64-bit numbers.
    ///
    /// - Throws: ``EngineError/Code/modelRefused`` when no tensor has that name and type.
    package func numbers(_ name: String) throws(EngineError) -> [UInt64] { try file.values(name, .uint64) }
}

extension [Float] {
    /// The floats for a writer, a part at a time: never all of them are copied.
    fileprivate var parts: FileLayout.MadeFloats {
        unsafe FileLayout.MadeFloats(count: count, part: 1 << 16) { start, part in
            _ = unsafe part.update(fromContentsOf: self[start..<(start + part.count)])
        }
    }
}
