/// The limits of a catalogue's page: small enough to be written well within a slice of work.
enum CatalogPageLimits {
    /// The most ids.
    static let ids = 8_192

    /// The most bytes of texts and their offsets; a longer text stands alone.
    static let bytes = 128 << 10

    /// The estimated cost of a page, in nanoseconds.
    static func cost(of count: Int) -> UInt64 { UInt64(min(max(count, 0), ids)) * 10 }
}
