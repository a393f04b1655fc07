internal import RankCore

extension ModelID {
    /// Loads the id from a frame.
    ///
    /// The 16 bytes must lie within the span.
    init(loading bytes: RawSpan, at offset: Int) {
        self.init(
            bigEndianHalves: bytes.uint64(at: offset).byteSwapped,
            bytes.uint64(at: offset + 8).byteSwapped
        )
    }

    /// The two halves as the little-endian integers that spell the same bytes.
    var wireHalves: (UInt64, UInt64) { (high.byteSwapped, low.byteSwapped) }
}
