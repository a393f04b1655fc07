/// The sizes of an ensemble of trees.
public struct TreeShape: Sendable, Hashable {
    /// Trees.
    public var treeCount: Int
    /// Decisions of all trees.
    public var nodeCount: Int
    /// Leaves of all trees.
    public var leafCount: Int
    /// Features of a row.
    public var featureCount = 0
    /// The most decisions on the way to a leaf.
    public var depth = 0
    /// The most decisions on the way through all trees.
    var longestWalk = 0
    /// Leaves of the largest tree.
    public var largestTree = 0
    /// Decisions by a set of categories.
    public var categoricalNodes = 0
    /// Distinct sets of categories.
    public var setCount = 0

    /// Counts the parts of an ensemble.
    init(treeCount: Int, nodeCount: Int, leafCount: Int) {
        self.treeCount = treeCount
        self.nodeCount = nodeCount
        self.leafCount = leafCount
    }

    /// One line such as `500 trees, depth 6, 31875 leaves, 63 features`.
    public var summary: String {
        "\(treeCount) \(treeCount == 1 ? "tree" : "trees"), depth \(depth), "
            + "\(leafCount) \(leafCount == 1 ? "leaf" : "leaves"), "
            + "\(featureCount) \(featureCount == 1 ? "feature" : "features")"
    }
}
