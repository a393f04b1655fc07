/// The header of a safetensors file, parsed strictly: metadata, and tensors in the order of their offsets.
package struct SafetensorsHeader: Sendable {
    /// The type of a tensor's elements.
    package enum ElementType: String, Sendable, CaseIterable {
        case float64 = "F64"
        case float32 = "F32"
        case float16 = "F16"
        case bfloat16 = "BF16"
        case int64 = "I64"
        case int32 = "I32"
        case int16 = "I16"
        case int8 = "I8"
        case uint64 = "U64"
        case uint32 = "U32"
        case uint16 = "U16"
        case uint8 = "U8"
        case bool = "BOOL"

        /// Bytes of one element.
        package var size: Int {
            switch self {
            case .float64, .int64, .uint64: 8
            case .float32, .int32, .uint32: 4
            case .float16, .bfloat16, .int16, .uint16: 2
            case .int8, .uint8, .bool: 1
            }
        }
    }

    /// One tensor: its type, its shape, and the place of its bytes in the file.
    package struct Tensor: Sendable {
        package var name: String
        package var type: ElementType
        package var shape: [Int]
        /// The tensor's bytes, counted from the first byte of the file.
        package var bytes: Range<Int>

        /// The product of the shape.
        package var count: Int { bytes.count / type.size }
    }

    /// The most bytes that a header may have.
    package static let maximumSize = 16 << 20
    /// The most dimensions that a tensor may have.
    package static let maximumRank = 8

    /// The strings of `__metadata__`.
    package var metadata: [String: String]
    /// The tensors, in the order of their bytes.
    package var tensors: [Tensor]
    /// The place in the file of each metadata value's text, for values written without escapes.
    package var metadataRanges: [String: Range<Int>]
}

extension SafetensorsHeader {
    /// Reads the header of a whole file.
    ///
    /// Refuses every layout that docs/reference/model-file.md tells a reader to refuse.
    ///
    /// - Complexity: O(bytes of the header), at most ``maximumSize``, in time and memory.
    package init(file: UnsafeRawBufferPointer) throws(EngineError) {
        guard file.count >= 8 else {
            throw Self.refused("the file has \(file.count) bytes; the length of the header alone takes 8")
        }
        let declared = unsafe UInt64(littleEndian: file.loadUnaligned(as: UInt64.self))
        guard declared <= UInt64(Self.maximumSize) else {
            throw Self.refused("the header claims \(declared) bytes; at most \(Self.maximumSize) are read")
        }
        let size = Int(declared)
        guard size <= file.count - 8 else {
            throw Self.refused("the header claims \(size) bytes, the file has \(file.count - 8) after its length")
        }
        let text = unsafe UnsafeRawBufferPointer(rebasing: file[8..<(8 + size)])
        var parser = unsafe HeaderParser(text: text)
        self = try parser.parse(bodyStart: 8 + size, fileSize: file.count)
        try checkOrder(bodyStart: 8 + size, fileSize: file.count)
    }

    /// Sorts the tensors by offset and checks that they cover the rest of the file without gap or overlap.
    private mutating func checkOrder(bodyStart: Int, fileSize: Int) throws(EngineError) {
        tensors.sort { ($0.bytes.lowerBound, $0.bytes.upperBound) < ($1.bytes.lowerBound, $1.bytes.upperBound) }
        var end = bodyStart
        for tensor in tensors {
            guard tensor.bytes.lowerBound == end else {
                let what = tensor.bytes.lowerBound < end ? "overlaps the tensor before it" : "leaves a gap before it"
                throw Self.refused("tensor \(tensor.name) \(what)")
            }
            end = tensor.bytes.upperBound
        }
        guard end == fileSize else {
            throw Self.refused("the tensors end at byte \(end), the file at byte \(fileSize)")
        }
    }

    static func refused(_ message: String) -> EngineError {
        EngineError(.modelRefused, "layout: \(message)")
    }
}
