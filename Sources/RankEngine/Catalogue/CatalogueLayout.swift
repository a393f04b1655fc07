internal import CRankKernels

/// The sizes of an index, and where its parts lie in memory.
package struct CatalogueLayout: Sendable, Hashable {
    /// The number of items.
    package let items: Int
    /// Factors of an item.
    package let dimensions: Int
    /// Items of a block.
    package let width: Int

    /// Catalogues with fewer items have small blocks.
    private static let large = 12_000

    /// Sizes the index of a catalogue.
    package init(items: Int, dimensions: Int) {
        self.items = items
        self.dimensions = dimensions
        width = items < Self.large ? 32 : 256
    }

    /// The number of blocks; the last one may have room left.
    package var blocks: Int { (items + width - 1) / width }
    /// Four factors each.
    var quads: Int { (dimensions + 3) / 4 }
    /// Groups of a block.
    var groups: Int { width / Int(RANK_CATALOGUE_GROUP) }
    /// Bytes of the groups of a block.
    var blockBytes: Int { groups * (quads + 1) * 64 }
    /// The first byte of a block's numbers, of which there are ``numbers``, each as many floats as there are blocks.
    var numberOffset: Int { blocks * blockBytes }
    /// Numbers of a block.
    static let numbers = 5
    /// The first byte of the rows by place.
    var rowOffset: Int { numberOffset + blocks * Self.numbers * MemoryLayout<Float>.stride }
    /// The bytes of an index: a byte for each factor, eight for each item, twenty for each block.
    package var byteCount: Int { rowOffset + blocks * width * MemoryLayout<UInt32>.stride }
    /// Doubles of a rotated row.
    var stride: Int {
        let lanes = Int(RANK_CATALOGUE_LANES)
        return (dimensions + lanes - 1) / lanes * lanes
    }
}
