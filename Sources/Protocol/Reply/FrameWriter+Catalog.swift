import RankCore

/// The contents of a page of a catalogue, and their size.
public struct CatalogPageSize: Hashable, Sendable {
    /// The number of ids in the whole catalogue.
    public var total: UInt64
    /// The number of these ids before this page.
    public var first: UInt64
    /// The ids of the page.
    public var count: Int
    /// Their kind.
    public var idKind: IDKind
    /// The bytes of all texts together; 0 for numbers.
    public var textBytes: Int

    /// Describes a page.
    public init(total: UInt64, first: UInt64, count: Int, idKind: IDKind, textBytes: Int = 0) {
        self.total = total
        self.first = first
        self.count = count
        self.idKind = idKind
        self.textBytes = textBytes
    }

    /// The bytes of the whole reply.
    public var frameBytes: Int { layout.end }

    var layout: CatalogPageLayout {
        CatalogPageLayout(
            start: Wire.headerBytes + Wire.catalogReplyBytes,
            count: count,
            kind: idKind,
            textBytes: textBytes
        )
    }
}

extension FrameWriter {
    /// Starts a CATALOG reply and makes room for its ids, which are undefined until written; then call `finish()`.
    ///
    /// The kind of the header is set to CATALOG and its status to OK.
    ///
    /// - Precondition: counts and text are below 4 GiB.
    public mutating func beginCatalogReply(_ header: ReplyHeader, _ page: CatalogPageSize) {
        precondition(page.count >= 0 && page.count < Int(UInt32.max) && page.textBytes >= 0)
        precondition(page.textBytes <= Int(UInt32.max) && (page.idKind == .utf8 || page.textBytes == 0))
        begin(header, kind: .catalog, status: .ok)
        append(page.total)
        append(page.first)
        append(UInt32(page.count))
        append(UInt32(page.idKind.rawValue))
        append(UInt32(page.textBytes))
        append(UInt32(0))
        let layout = page.layout
        _ = reserve(layout.end - end)
        zero(layout.idsEnd..<layout.end)
    }

    /// The numbers of a page.
    ///
    /// Aligned for `UInt64`.
    @_lifetime(&self)
    public mutating func catalogNumbers(of page: CatalogPageSize) -> MutableSpan<UInt64> {
        precondition(page.idKind == .u64)
        return elements(at: page.layout.start, count: page.count)
    }

    /// The text offsets of a page, one more than ids.
    ///
    /// Aligned for `UInt32`.
    @_lifetime(&self)
    public mutating func catalogOffsets(of page: CatalogPageSize) -> MutableSpan<UInt32> {
        precondition(page.idKind == .utf8)
        return elements(at: page.layout.start, count: page.count + 1)
    }

    /// The room for the texts of a page, one after another.
    @_lifetime(&self)
    public mutating func catalogText(of page: CatalogPageSize) -> MutableSpan<UInt8> {
        precondition(page.idKind == .utf8)
        return elements(at: page.layout.text, count: page.textBytes)
    }

    /// Builds a CATALOG reply.
    ///
    /// The kind of the header is set to CATALOG and its status to OK.
    public mutating func encodeCatalogReply(_ header: ReplyHeader, _ page: CatalogPage) {
        var size = CatalogPageSize(total: page.total, first: page.first, count: page.ids.count, idKind: page.ids.kind)
        switch page.ids {
        case .numbers(let numbers):
            beginCatalogReply(header, size)
            var target = catalogNumbers(of: size)
            for index in numbers.indices { target[index] = numbers[index] }
        case .texts(let texts):
            size.textBytes = texts.reduce(0) { $0 + $1.utf8.count }
            beginCatalogReply(header, size)
            var end: UInt32 = 0
            var offsets = catalogOffsets(of: size)
            offsets[0] = 0
            for (index, text) in texts.enumerated() {
                end += UInt32(clamping: text.utf8.count)
                offsets[index + 1] = end
            }
            var bytes = catalogText(of: size)
            var place = 0
            for text in texts {
                for byte in text.utf8 {
                    bytes[place] = byte
                    place += 1
                }
            }
        }
        finish()
    }
}
