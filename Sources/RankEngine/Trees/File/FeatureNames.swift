/// The names of a model's features, as a file has them.
enum FeatureNames {
    /// The tensors of a file with names.
    static let tensorNames = ["features.names.text", "features.names.offsets"]

    /// Reads the names of a file, one for each feature, each once; empty where the file has none.
    static func read(_ file: Safetensors, count: Int) throws(EngineError) -> [String] {
        guard tensorNames.contains(where: { file.tensor($0) != nil }) else { return [] }
        let bytes: [UInt8] = try file.values(tensorNames[0], .uint8)
        let offsets: [UInt64] = try file.values(tensorNames[1], .uint64)
        guard offsets.count == count + 1, offsets.first == 0, offsets.last == UInt64(bytes.count) else {
            throw refused(
                "tensor \(tensorNames[1]) must have \(count + 1) elements, from 0 to the \(bytes.count) bytes of the "
                    + "text"
            )
        }
        var names: [String] = []
        var known: Set<String> = []
        for feature in 0..<count {
            let (start, end) = (offsets[feature], offsets[feature + 1])
            guard start < end, end <= UInt64(bytes.count),
                let name = String(validating: bytes[Int(start)..<Int(end)], as: UTF8.self)
            else { throw refused("the name of feature \(feature) is empty, lies outside of the text, or is not UTF-8") }
            guard known.insert(name).inserted else {
                throw refused("the name of feature \(feature), \"\(name)\", occurs twice")
            }
            names.append(name)
        }
        return names
    }

    private static func refused(_ message: String) -> EngineError {
        EngineError(.modelRefused, "feature names: \(message)")
    }
}
