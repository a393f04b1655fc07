internal import Crypto
internal import RankCore

/// SHA-256 of a model file with the text of the digest itself read as zeros.
package enum ModelDigest {
    /// Characters of a digest in hexadecimal.
    static let textLength = 64
    /// The zeros that replace the digest's text.
    static let zeros = [UInt8](repeating: UInt8(ascii: "0"), count: textLength)

    /// Computes the digest of parts of a file, in order.
    package struct Hasher {
        private var hash = SHA256()

        package init() {}

        mutating func update(_ bytes: UnsafeRawBufferPointer) {
            unsafe hash.update(bufferPointer: bytes)
        }

        package mutating func update(_ bytes: [UInt8]) {
            unsafe bytes.withUnsafeBytes { unsafe hash.update(bufferPointer: $0) }
        }

        /// The 32 bytes.
        package func finish() -> [UInt8] { Array(hash.finalize()) }
    }

    /// Checks that a file has the digest that it carries; returns the 32 bytes.
    static func verify(_ file: Safetensors) throws(EngineError) -> [UInt8] {
        let claimed = try ModelMetadata.require("digest", in: file.header.metadata)
        guard let range = file.header.metadataRanges["digest"], range.count == textLength else {
            throw refused("the digest is not \(textLength) plain characters")
        }
        var hasher = Hasher()
        let bytes = unsafe file.memory.bytes
        unsafe hasher.update(UnsafeRawBufferPointer(rebasing: bytes[..<range.lowerBound]))
        hasher.update(zeros)
        unsafe hasher.update(UnsafeRawBufferPointer(rebasing: bytes[range.upperBound...]))
        let digest = hasher.finish()
        guard Hex.text(digest) == claimed else {
            throw refused("the file does not have the digest that it carries; it was damaged or changed")
        }
        return digest
    }

    private static func refused(_ message: String) -> EngineError {
        EngineError(.modelRefused, "digest: \(message)")
    }
}
