/// The arrays of an ensemble of trees as a model file has them, immutable and shared.
struct TreeTables: Sendable {
    /// The leaves of all trees, in the type of the sums.
    enum Leaves: Sendable {
        case floats(SharedValues<Float>)
        case doubles(SharedValues<Double>)

        /// The number of leaves.
        var count: Int {
            switch self {
            case .floats(let values): values.count
            case .doubles(let values): values.count
            }
        }

        /// A leaf, exactly.
        subscript(index: Int) -> Double {
            switch self {
            case .floats(let values): Double(values[index])
            case .doubles(let values): values[index]
            }
        }
    }

    /// The sets of categories of categorical nodes.
    struct Sets: Sendable {
        /// The number of the set of each node.
        var ofNode: SharedValues<UInt32>
        /// The first word of each set, and one after the last.
        var offsets: SharedValues<UInt32>
        /// Bit c of a set is bit c % 32 of its word c / 32.
        var words: SharedValues<UInt32>
    }

    /// The first node of each tree, and one after the last.
    var firstNode: SharedValues<UInt32>
    /// The first leaf of each tree, and one after the last.
    var firstLeaf: SharedValues<UInt32>
    /// The column that each node tests.
    var feature: SharedValues<UInt32>
    /// The threshold of each node.
    var threshold: SharedValues<Float>
    /// The flags of each node.
    var flags: SharedValues<UInt8>
    /// The left child of each node: a node of the tree, or below 0 the complement of a leaf of the tree.
    var left: SharedValues<Int32>
    /// The right child of each node.
    var right: SharedValues<Int32>
    /// The sets of categories; nil without categorical nodes.
    var sets: Sets?
    /// The leaves.
    var leaves: Leaves
    /// The start of each sum.
    var base: Double

    /// The number of trees.
    var treeCount: Int { firstNode.count - 1 }

    /// The nodes of a tree.
    func nodes(of tree: Int) -> Range<Int> { Int(firstNode[tree])..<Int(firstNode[tree + 1]) }

    /// The leaves of a tree.
    func leaves(of tree: Int) -> Range<Int> { Int(firstLeaf[tree])..<Int(firstLeaf[tree + 1]) }

    static func refused(_ message: String) -> EngineError {
        EngineError(.modelRefused, "trees: \(message)")
    }
}
