/// A parser of the JSON of a safetensors header, and of no other JSON.
///
/// The grammar is of fixed depth, so nothing here recurses: an object of tensors, each an object of `dtype`, `shape`
/// and `data_offsets`, and `__metadata__`, an object of strings. Every number is a non-negative integer.
@safe struct HeaderParser {
    private let text: UnsafeRawBufferPointer
    private var position = 0

    init(text: UnsafeRawBufferPointer) {
        unsafe self.text = text
    }

    /// Parses the whole text.
    ///
    /// Offsets become positions in the file, which has `fileSize` bytes.
    mutating func parse(bodyStart: Int, fileSize: Int) throws(EngineError) -> SafetensorsHeader {
        guard (try? unsafe UTF8Span(validating: Span(_unsafeBytes: text))) != nil else {
            throw SafetensorsHeader.refused("the header is not UTF-8")
        }
        var header = SafetensorsHeader(metadata: [:], tensors: [], metadataRanges: [:])
        var names: Set<String> = []
        try object { (parser, key) throws(EngineError) in
            guard names.insert(key).inserted else { throw parser.error("the key \"\(key)\" occurs twice") }
            if key == "__metadata__" {
                try parser.metadata(into: &header)
            } else {
                header.tensors.append(try parser.tensor(key, bodyStart: bodyStart, fileSize: fileSize))
            }
        }
        skipSpace()
        guard unsafe position == text.count else { throw error("there is text after the header's object") }
        return header
    }

    // MARK: The two kinds of entry

    private mutating func metadata(into header: inout SafetensorsHeader) throws(EngineError) {
        var values: [String: String] = [:]
        var ranges: [String: Range<Int>] = [:]
        try object { (parser, key) throws(EngineError) in
            parser.skipSpace()
            let value = try parser.string()
            guard values.updateValue(value.text, forKey: key) == nil else {
                throw parser.error("the metadata key \"\(key)\" occurs twice")
            }
            if let range = value.range {
                ranges[key] = (range.lowerBound + 8)..<(range.upperBound + 8)
            }
        }
        header.metadata = values
        header.metadataRanges = ranges
    }

    private mutating func tensor(
        _ name: String,
        bodyStart: Int,
        fileSize: Int
    ) throws(EngineError) -> SafetensorsHeader.Tensor {
        var type: SafetensorsHeader.ElementType?
        var shape: [Int]?
        var offsets: [Int]?
        try object { (parser, key) throws(EngineError) in
            switch key {
            case "dtype" where type == nil:
                parser.skipSpace()
                let text = try parser.string().text
                guard let known = SafetensorsHeader.ElementType(rawValue: text) else {
                    throw parser.error("tensor \(name) has the unknown dtype \"\(text)\"")
                }
                type = known
            case "shape" where shape == nil:
                shape = try parser.integers(atMost: SafetensorsHeader.maximumRank)
            case "data_offsets" where offsets == nil:
                offsets = try parser.integers(atMost: 2)
            default:
                throw parser.error("tensor \(name) has the key \"\(key)\", which is unknown or occurs twice")
            }
        }
        guard let type, let shape, let offsets, offsets.count == 2 else {
            throw error("tensor \(name) must have dtype, shape and two data_offsets")
        }
        let (start, end) = (offsets[0], offsets[1])
        guard start <= end, end <= fileSize - bodyStart else {
            throw error(
                "tensor \(name) lies at \(start)..<\(end), the file has \(fileSize - bodyStart) bytes of tensors"
            )
        }
        var size = type.size
        for length in shape {
            let (product, overflow) = size.multipliedReportingOverflow(by: length)
            guard !overflow else { throw error("the shape of tensor \(name) is too large to exist") }
            size = product
        }
        guard size == end - start else {
            throw error("tensor \(name) has \(end - start) bytes, its shape takes \(size)")
        }
        return SafetensorsHeader.Tensor(
            name: name,
            type: type,
            shape: shape,
            bytes: (bodyStart + start)..<(bodyStart + end)
        )
    }

    // MARK: JSON

    /// Reads `{ "key": value, … }`, calling `entry` where each value starts.
    private mutating func object(
        _ entry: (inout HeaderParser, String) throws(EngineError) -> Void
    ) throws(EngineError) {
        skipSpace()
        try expect(UInt8(ascii: "{"))
        skipSpace()
        if accept(UInt8(ascii: "}")) { return }
        repeat {
            skipSpace()
            let key = try string().text
            skipSpace()
            try expect(UInt8(ascii: ":"))
            try entry(&self, key)
            skipSpace()
        } while accept(UInt8(ascii: ","))
        try expect(UInt8(ascii: "}"))
    }

    private mutating func integers(atMost limit: Int) throws(EngineError) -> [Int] {
        var values: [Int] = []
        skipSpace()
        try expect(UInt8(ascii: "["))
        skipSpace()
        if accept(UInt8(ascii: "]")) { return values }
        repeat {
            guard values.count < limit else { throw error("an array has more than \(limit) numbers") }
            skipSpace()
            values.append(try integer())
            skipSpace()
        } while accept(UInt8(ascii: ","))
        try expect(UInt8(ascii: "]"))
        return values
    }

    private mutating func integer() throws(EngineError) -> Int {
        let start = position
        var value = 0
        while let digit = peek(), digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") {
            let (tenfold, tooLarge) = value.multipliedReportingOverflow(by: 10)
            let (sum, stillTooLarge) = tenfold.addingReportingOverflow(Int(digit - UInt8(ascii: "0")))
            guard !tooLarge, !stillTooLarge else { throw error("a number is too large") }
            value = sum
            position += 1
        }
        guard position > start else { throw error("expected a number without sign") }
        guard unsafe position - start == 1 || text[start] != UInt8(ascii: "0") else {
            throw error("a number starts with 0")
        }
        return value
    }

    /// Reads a string; the range is that of its text, if the text has no escape.
    private mutating func string() throws(EngineError) -> (text: String, range: Range<Int>?) {
        try expect(UInt8(ascii: "\""))
        let start = position
        var bytes: [UInt8] = []
        var isPlain = true
        while let byte = peek() {
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                return (String(decoding: bytes, as: UTF8.self), isPlain ? start..<(position - 1) : nil)
            case UInt8(ascii: "\\"):
                isPlain = false
                bytes.append(contentsOf: String(try escape()).utf8)
            case 0..<0x20:
                throw error("a string holds a control character")
            default:
                bytes.append(byte)
            }
        }
        throw error("a string has no end")
    }

    private mutating func escape() throws(EngineError) -> Unicode.Scalar {
        guard let letter = peek() else { throw error("a string has no end") }
        position += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(letter)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            let unit = try hex4()
            if let scalar = Unicode.Scalar(unit) { return scalar }
            guard (0xD800...0xDBFF).contains(unit), accept(UInt8(ascii: "\\")), accept(UInt8(ascii: "u")) else {
                throw error("a lone surrogate")
            }
            let low = try hex4()
            guard (0xDC00...0xDFFF).contains(low),
                let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
            else { throw error("a lone surrogate") }
            return scalar
        default: throw error("an unknown escape")
        }
    }

    private mutating func hex4() throws(EngineError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = peek(), let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
                throw error("an escape needs four hexadecimal digits")
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }

    // MARK: Bytes

    private func peek() -> UInt8? {
        unsafe position < text.count ? text[position] : nil
    }

    private mutating func accept(_ byte: UInt8) -> Bool {
        guard peek() == byte else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ byte: UInt8) throws(EngineError) {
        guard accept(byte) else { throw error("expected `\(Unicode.Scalar(byte))`") }
    }

    private mutating func skipSpace() {
        while let byte = peek(), byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
            position += 1
        }
    }

    private func error(_ message: String) -> EngineError {
        SafetensorsHeader.refused("\(message), at byte \(8 + position) of the file")
    }
}
