import RankCore

/// A hash of texts that is the same in every process.
enum TextHash {
    /// FNV-1a of a text's UTF-8 bytes, spread over all 64 bits.
    static func of(_ text: String) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        return SplitMix64.mix(hash)
    }
}
