/// The constants of the frame's layout; docs/reference/protocol.md is normative.
enum Wire {
    static let lengthBytes = 4
    static let headerBytes = 48
    static let magic: UInt32 = 0x4b4e_4152
    static let version: UInt8 = 1
    static let noDeadline = UInt32.max
    static let noIndex = UInt32.max
    static let maxExtensionBytes = 4_096
    static let extensionHeaderBytes = 8
    /// The place of the number of extension bytes in a header.
    static let extensionCount = 44
    static let maxIDBytes = 65_535
    static let maxErrorMessageBytes = 1_024
    static let scoreParameterBytes = 16
    static let scoreReplyBytes = 16
    static let queryBytes = 16
    static let catalogRequestBytes = 16
    static let catalogReplyBytes = 32

    /// The next multiple of 8; `count` is at most a frame's size, far from overflow.
    static func padded(_ count: Int) -> Int { (count + 7) & ~7 }
}

/// Loads from memory that may be unaligned. The bytes must lie within the span, or the load traps:
/// decoders compare counts with `byteCount` first.
extension RawSpan {
    func uint8(at offset: Int) -> UInt8 {
        unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self)
    }

    func uint16(at offset: Int) -> UInt16 {
        UInt16(littleEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self))
    }

    func uint32(at offset: Int) -> UInt32 {
        UInt32(littleEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    func uint64(at offset: Int) -> UInt64 {
        UInt64(littleEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    func float(at offset: Int) -> Float {
        Float(bitPattern: uint32(at: offset))
    }

    /// The first byte of the range that is not 0.
    func firstNonzero(in range: Range<Int>) -> Int? {
        for offset in range where uint8(at: offset) != 0 { return offset }
        return nil
    }
}
