/// The dimensions of a two-tower rating network.
///
/// A user's and an item's embedding, concatenated, pass through dense relu layers and one output without relu.
public struct NetworkShape: Sendable, Hashable {
    /// Rows of the user table, row 0 being the one for unknown ids.
    public let userRows: Int
    /// Rows of the item table, row 0 being the one for unknown ids.
    public let itemRows: Int
    /// Floats in a user's embedding.
    public let userDimensions: Int
    /// Floats in an item's embedding.
    public let itemDimensions: Int
    /// Outputs of each dense relu layer, first layer first; may be empty.
    public let hidden: [Int]

    /// The largest width that a model file allows (docs/reference/model-file.md).
    public static let widths = 1...65_536
    /// The numbers of rows that a model file allows.
    static let rows = 1...(1 << 32 - 1)

    /// The most weights that the dense layers may have; a training keeps up to five floats for each.
    static let denseWeightLimit = 1 << 26
    /// The most floats that a layer may give for one batch.
    static let batchLimit = 1 << 29

    /// A shape.
    ///
    /// - Throws: `TrainingError` with code `invalidOption` for a dimension that no model file can have, or more dense
    ///   weights than are trained.
    public init(
        userRows: Int,
        itemRows: Int,
        userDimensions: Int,
        itemDimensions: Int,
        hidden: [Int]
    ) throws(TrainingError) {
        for (count, name) in [(userRows, "users"), (itemRows, "items")] where !Self.rows.contains(count) {
            throw TrainingError(
                .invalidOption,
                "\(count) rows of \(name); a table has from 1 to \(Self.rows.upperBound)"
            )
        }
        for width in [userDimensions, itemDimensions] + hidden where !Self.widths.contains(width) {
            throw TrainingError(
                .invalidOption,
                "a width of \(width); embeddings and layers are from 1 to \(Self.widths.upperBound) wide"
            )
        }
        let widths = [userDimensions + itemDimensions] + hidden + [1]
        let dense = zip(widths, widths.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 }
        guard dense <= Self.denseWeightLimit else {
            throw TrainingError(
                .invalidOption,
                "dense layers with \(dense) weights; choose fewer or narrower ones, of at most \(Self.denseWeightLimit)"
            )
        }
        self.userRows = userRows
        self.itemRows = itemRows
        self.userDimensions = userDimensions
        self.itemDimensions = itemDimensions
        self.hidden = hidden
    }

    /// Throws if a batch is too large for a layer's outputs to be held in memory.
    ///
    /// - Throws: `TrainingError` with code `invalidOption`.
    func requireRoom(batch: Int) throws(TrainingError) {
        let widest = hidden.reduce(userDimensions + itemDimensions) { max($0, $1) }
        guard batch <= Self.batchLimit / widest else {
            throw TrainingError(
                .invalidOption,
                "\(batch) examples a step for a layer of \(widest); choose a smaller batch, of at most "
                    + "\(Self.batchLimit / widest), or narrower layers"
            )
        }
    }

    /// Inputs and outputs of each dense layer, the last with its one output included.
    public var layers: [(inputs: Int, outputs: Int)] {
        let widths = [userDimensions + itemDimensions] + hidden + [1]
        return zip(widths, widths.dropFirst()).map { (inputs: $0, outputs: $1) }
    }

    /// The number of weights.
    public var parameterCount: Int {
        userRows * userDimensions + itemRows * itemDimensions
            + layers.reduce(0) { $0 + ($1.inputs + 1) * $1.outputs }
    }
}
