import RankCore

/// The tensors of a model file to write, in order, and their header.
struct FileLayout {
    /// The bytes of a tensor, in the memory order of a little-endian computer.
    enum Content {
        case floats(SharedFloats)
        case numbers32([UInt32])
        case numbers64([UInt64])
        case bytes([UInt8])
        case made(MadeFloats)

        /// Calls `body` with the bytes, in order, one part after another.
        func withBytes(_ body: (UnsafeRawBufferPointer) throws(EngineError) -> Void) throws(EngineError) {
            switch self {
            case .floats(let floats): try unsafe body(UnsafeRawBufferPointer(floats.buffer))
            case .numbers32(let numbers): try unsafe numbers.withBytes(body)
            case .numbers64(let numbers): try unsafe numbers.withBytes(body)
            case .bytes(let bytes): try unsafe bytes.withBytes(body)
            case .made(let floats): try unsafe floats.withBytes(body)
            }
        }
    }

    /// Floats that are made on demand, a part at a time: a tensor need not fit in memory.
    ///
    /// The floats are made twice: for the digest, and for the file.
    @safe struct MadeFloats {
        /// The number of floats.
        var count: Int
        /// The floats of a part.
        var part: Int
        /// Writes the floats from an index on.
        var make: (Int, UnsafeMutableBufferPointer<Float>) -> Void

        func withBytes(_ body: (UnsafeRawBufferPointer) throws(EngineError) -> Void) throws(EngineError) {
            for start in stride(from: 0, to: count, by: max(part, 1)) {
                let floats = unsafe SharedFloats(count: min(part, count - start)) { unsafe make(start, $0) }
                try unsafe body(UnsafeRawBufferPointer(floats.buffer))
            }
        }
    }

    /// A tensor to write.
    struct Tensor {
        var name: String
        var type: SafetensorsHeader.ElementType
        var shape: [Int]
        var content: Content

        var size: Int { shape.reduce(type.size, *) }
    }

    /// The tensors, in the order of their bytes: 8-byte numbers, 4-byte ones, bytes, so that each is aligned.
    private(set) var tensors: [Tensor] = []

    mutating func add(_ name: String, _ shape: [Int], _ floats: SharedFloats) {
        add(name, .float32, shape, .floats(floats))
    }

    mutating func add(_ goldens: Goldens) {
        let counts = [goldens.scores.count]
        add("golden.user_rows", .uint32, counts, .numbers32(goldens.userRows))
        add("golden.candidate_rows", .uint32, counts, .numbers32(goldens.candidateRows))
        add("golden.scores", .float32, counts, .numbers32(goldens.scores.map(\.bitPattern)))
    }

    mutating func add(
        _ name: String,
        _ type: SafetensorsHeader.ElementType,
        _ shape: [Int],
        _ content: Content
    ) {
        let tensor = Tensor(name: name, type: type, shape: shape, content: content)
        let index = tensors.firstIndex { $0.type.size < type.size } ?? tensors.count
        tensors.insert(tensor, at: index)
    }

    /// The first 8 + H bytes of the file, and the digest in them.
    func header(metadata: [String: String]) throws(EngineError) -> (bytes: [UInt8], digest: [UInt8]) {
        var pairs = metadata
        let marker = "\"digest\":\""
        pairs["digest"] = String(decoding: ModelDigest.zeros, as: UTF8.self)
        let sorted = pairs.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        let metadata = JSONValue.object(sorted.map { JSONValue.Member($0.key, .string($0.value)) })
        var entries = [JSONValue.Member("__metadata__", metadata)]
        var offset = 0
        for tensor in tensors {
            let end = offset + tensor.size
            let entry: JSONValue = [
                "dtype": .string(tensor.type.rawValue),
                "shape": .array(tensor.shape.map(JSONValue.integer)),
                "data_offsets": [.integer(offset), .integer(end)],
            ]
            entries.append(JSONValue.Member(tensor.name, entry))
            offset = end
        }
        var text = Array(JSONValue.object(entries).compact.utf8)
        text.append(contentsOf: [UInt8](repeating: 0x20, count: (64 - (8 + text.count) % 64) % 64))
        var bytes: [UInt8] = []
        for shift in stride(from: 0, to: 64, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: text.count >> shift))
        }
        bytes.append(contentsOf: text)
        let digest = try self.digest(header: bytes)
        // Inside a JSON string the marker's quotation marks would be escaped, so its first occurrence is the key.
        if let position = Self.firstIndex(of: Array(marker.utf8), in: bytes) {
            let start = position + marker.utf8.count
            bytes.replaceSubrange(start..<(start + ModelDigest.textLength), with: Hex.text(digest).utf8)
        }
        return (bytes, digest)
    }

    private func digest(header: [UInt8]) throws(EngineError) -> [UInt8] {
        var hasher = ModelDigest.Hasher()
        hasher.update(header)
        for tensor in tensors {
            try unsafe tensor.content.withBytes { (bytes) throws(EngineError) in unsafe hasher.update(bytes) }
        }
        return hasher.finish()
    }

    private static func firstIndex(of needle: [UInt8], in bytes: [UInt8]) -> Int? {
        (0..<max(bytes.count - needle.count, 0)).first { bytes[$0..<($0 + needle.count)].elementsEqual(needle) }
    }
}

extension Array where Element: BitwiseCopyable {
    /// Calls `body` with the array's bytes.
    func withBytes(_ body: (UnsafeRawBufferPointer) throws(EngineError) -> Void) throws(EngineError) {
        let result = unsafe withUnsafeBytes { bytes -> Result<Void, EngineError> in
            do throws(EngineError) {
                return .success(try unsafe body(bytes))
            } catch {
                return .failure(error)
            }
        }
        try result.get()
    }
}
