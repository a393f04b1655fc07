/// The identity of a model: the first 16 bytes of its file's digest.
public struct ModelID: Sendable, Hashable, CustomStringConvertible {
    /// The 16 bytes, in order.
    public let bytes: [UInt8]

    /// Takes the first 16 bytes of a SHA-256 digest.
    init(digest: [UInt8]) {
        bytes = Array(digest.prefix(16))
    }

    /// 32 lower-case hexadecimal characters.
    public var description: String { Hex.text(bytes) }
}

/// Lower-case hexadecimal.
package enum Hex {
    package static func text(_ bytes: [UInt8]) -> String {
        var characters: [UInt8] = []
        characters.reserveCapacity(bytes.count * 2)
        for byte in bytes {
            for nibble in [byte >> 4, byte & 15] {
                characters.append(nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10)
            }
        }
        return String(decoding: characters, as: UTF8.self)
    }
}
