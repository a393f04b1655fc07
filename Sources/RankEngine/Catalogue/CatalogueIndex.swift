internal import CRankKernels
import RankSystem

/// The items of a model of factors, laid out to find the best for a user without scoring them all.
///
/// Takes ``CatalogueLayout/byteCount`` bytes beside the model. May be read from any thread.
/// docs/reference/catalogue-search.md has the proof.
final class CatalogueIndex: Sendable {
    let weights: ModelWeights
    let layout: CatalogueLayout
    let balance: BalancedFactors
    let terms: BoundTerms
    /// The level up to which kernels bound items.
    let level: rank_level
    /// The rotation of users, and that of items with the centre.
    private let (userMatrix, itemMatrix): (SharedMemory, SharedMemory)
    private let centre: SharedMemory
    /// ``layout`` says what lies where.
    private let memory: SharedMemory

    /// Items whose lengths are computed, or blocks that are filled, by a thread at a time.
    private static let part = 4_096

    /// Makes the index.
    ///
    /// Takes, for a while, up to 36 bytes more for each item.
    ///
    /// - Complexity: O(items · dimensions²)
    /// - Precondition: ``CatalogueRefusal`` has no reason against the model.
    init(_ weights: ModelWeights, _ balance: BalancedFactors, level: rank_level, threads: Int) {
        let shape = weights.shape
        let layout = CatalogueLayout(items: shape.candidateRows - 1, dimensions: shape.candidateDimensions)
        let terms = BoundTerms(dimensions: layout.dimensions)
        userMatrix = Self.matrix(balance.users, layout.stride)
        itemMatrix = Self.matrix(balance.items, layout.stride)
        centre = Self.doubles(balance.centre)
        let itemRotation = unsafe Self.rotation(layout, itemMatrix, centre)
        nonisolated(unsafe) let source = unsafe rank_catalogue_source(
            rotation: itemRotation,
            embeddings: weights.candidateEmbedding.buffer.baseAddress,
            biases: weights.candidateBias?.buffer.baseAddress,
            rounding: terms.share
        )
        let userNorm = unsafe Self.meanNorm(Self.rotation(layout, userMatrix, nil), weights.userEmbedding, level)
        let norms = unsafe Self.norms(source, layout.items, level, threads)
        let order = CatalogueOrder(
            norms: norms,
            biases: weights.candidateBias,
            width: layout.width,
            userNorm: userNorm
        )
        unsafe memory = SharedMemory.block(byteCount: layout.byteCount) { bytes in
            guard let base = bytes.baseAddress else { return }
            unsafe UnsafeMutableRawPointer(base + layout.rowOffset)
                .withMemoryRebound(to: UInt32.self, capacity: order.rows.count) { rows in
                    for (place, row) in order.rows.enumerated() { unsafe rows[place] = row }
                }
            nonisolated(unsafe) let catalogue = unsafe Self.description(layout, base)
            let turn = max(Self.part / layout.width, 1)
            WorkSharing.share((layout.blocks + turn - 1) / turn, threads: threads) {
                let scratch = ScoringScratch()
                scratch.reserve(2 * layout.width * layout.stride)
                return scratch
            } body: { (scratch: ScoringScratch, item: Int) in
                let blocks = (item * turn)..<min((item + 1) * turn, layout.blocks)
                unsafe Self.fill(blocks, catalogue, source, order.rows, layout.width, scratch, level)
            }
        }
        (self.weights, self.layout, self.balance, self.terms) = (weights, layout, balance, terms)
        self.level = level
    }

    /// The C description; its pointers are valid while this object lives.
    var description: rank_catalogue {
        unsafe Self.description(layout, UnsafeMutableRawPointer(mutating: memory.bytes.baseAddress))
    }

    /// The items' embeddings and biases; pointers as in ``description``.
    var source: rank_catalogue_source {
        unsafe rank_catalogue_source(
            rotation: Self.rotation(layout, itemMatrix, centre),
            embeddings: weights.candidateEmbedding.buffer.baseAddress,
            biases: weights.candidateBias?.buffer.baseAddress,
            rounding: terms.share
        )
    }

    /// The rotation of users; pointers as in ``description``.
    var userRotation: rank_catalogue_rotation { unsafe Self.rotation(layout, userMatrix, nil) }

    /// The row at a place; 0 at a place that has no item.
    @inline(__always)
    func row(at place: Int) -> UInt32 {
        unsafe memory.bytes.load(fromByteOffset: layout.rowOffset + place * 4, as: UInt32.self)
    }

    // MARK: Parts

    private static func fill(
        _ blocks: Range<Int>,
        _ catalogue: rank_catalogue,
        _ source: rank_catalogue_source,
        _ rows: [UInt32],
        _ width: Int,
        _ scratch: ScoringScratch,
        _ level: rank_level
    ) {
        var (catalogue, source) = unsafe (catalogue, source)
        let doubles = unsafe UnsafeMutableRawPointer(scratch.floats.baseAddress)?.assumingMemoryBound(to: Double.self)
        unsafe rows.withUnsafeBufferPointer { rows in
            for block in blocks {
                let items = (block * width)..<min((block + 1) * width, rows.count)
                unsafe rank_catalogue_fill(
                    level,
                    &catalogue,
                    &source,
                    rows.baseAddress.map { unsafe $0 + items.lowerBound },
                    items.count,
                    UInt32(block),
                    doubles
                )
            }
        }
    }

    private static func norms(
        _ source: rank_catalogue_source,
        _ count: Int,
        _ level: rank_level,
        _ threads: Int
    ) -> [Float] {
        nonisolated(unsafe) let source = unsafe source
        return unsafe [Float](unsafeUninitializedCapacity: count) { norms, size in
            nonisolated(unsafe) let base = norms.baseAddress
            WorkSharing.share((count + part - 1) / part, threads: threads) {
            } body: { (_: Void, item: Int) in
                guard let base = unsafe base else { return }
                var source = unsafe source
                let start = item * part
                let length = min(part, count - start)
                unsafe rank_catalogue_norms(level, &source, UInt32(1 + start), length, base + start)
            }
            size = count
        }
    }

    /// The length of an average user's factors, of some users.
    private static func meanNorm(
        _ rotation: rank_catalogue_rotation,
        _ users: SharedFloats,
        _ level: rank_level
    ) -> Double {
        let (dimensions, taken) = unsafe (Int(rotation.dimensions), 256)
        var rotation = unsafe rotation
        var factors = unsafe [Double](repeating: 0, count: Int(rotation.stride))
        let count = users.count / dimensions
        var sum = 0.0
        for place in 0..<min(count, taken) {
            let row = place * count / min(count, taken)
            guard let start = unsafe users.buffer.baseAddress else { break }
            unsafe rank_catalogue_rotate(level, &rotation, start + row * dimensions, &factors)
            sum += factors.reduce(0) { $0 + $1 * $1 }.squareRoot()
        }
        return sum / Double(max(min(count, taken), 1))
    }

    private static func matrix(_ matrix: SquareMatrix, _ stride: Int) -> SharedMemory {
        doubles((0..<matrix.count).flatMap { row in (0..<stride).map { $0 < matrix.count ? matrix[row, $0] : 0 } })
    }

    private static func doubles(_ values: [Double]) -> SharedMemory {
        unsafe values.withUnsafeBytes { unsafe SharedMemory.copy($0) }
    }

    private static func rotation(
        _ layout: CatalogueLayout,
        _ matrix: SharedMemory,
        _ centre: SharedMemory?
    ) -> rank_catalogue_rotation {
        unsafe rank_catalogue_rotation(
            dimensions: UInt32(layout.dimensions),
            stride: UInt32(layout.stride),
            matrix: matrix.start(as: Double.self),
            centre: centre?.start(as: Double.self)
        )
    }

    private static func description(_ layout: CatalogueLayout, _ base: UnsafeMutableRawPointer?) -> rank_catalogue {
        let numbers = unsafe (base.map { unsafe $0 + layout.numberOffset })?.assumingMemoryBound(to: Float.self)
        func number(_ index: Int) -> UnsafeMutablePointer<Float>? {
            unsafe numbers.map { unsafe $0 + index * layout.blocks }
        }
        return unsafe rank_catalogue(
            groups: UInt32(layout.groups),
            quads: UInt32(layout.quads),
            blocks: UInt32(layout.blocks),
            items: base?.assumingMemoryBound(to: UInt8.self),
            steps: number(0),
            residuals: number(1),
            norms: number(2),
            sizes: number(3),
            biases: number(4)
        )
    }
}
