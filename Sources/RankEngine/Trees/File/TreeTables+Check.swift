internal import CRankKernels

extension TreeTables {
    /// The bound of the sums of a model: rounding adds less than the other half, so that no sum overflows.
    private static let sumLimit = Double(Float.greatestFiniteMagnitude) / 2

    /// Checks every tree, node and leaf.
    ///
    /// After that no row can lead a walk out of the arrays, into a circle, or to a sum that is not finite.
    ///
    /// - Complexity: O(nodes + leaves) in time; in memory that of the largest tree.
    /// - Returns: The sizes of the ensemble.
    /// - Throws: ``EngineError/Code/modelRefused``, naming the first tree and node with a fault.
    func checked(featureCount: Int) throws(EngineError) -> TreeShape {
        var shape = TreeShape(treeCount: treeCount, nodeCount: feature.count, leafCount: leaves.count)
        shape.featureCount = featureCount
        shape.setCount = sets.map { $0.offsets.count - 1 } ?? 0
        guard base.isFinite else { throw Self.refused("base is \(base), expected a finite number") }
        var bound = base.magnitude
        for tree in 0..<treeCount {
            for node in nodes(of: tree) {
                if let fault = fault(of: node, featureCount) {
                    throw Self.refused("tree \(tree), node \(node - nodes(of: tree).lowerBound): \(fault)")
                }
                if flags[node] & UInt8(RANK_NODE_CATEGORICAL) != 0 { shape.categoricalNodes += 1 }
            }
            let depth = try depth(of: tree)
            shape.depth = max(shape.depth, depth)
            shape.longestWalk += depth
            shape.largestTree = max(shape.largestTree, leaves(of: tree).count)
            bound += try largestLeaf(of: tree)
            guard bound <= Self.sumLimit else {
                throw Self.refused(
                    "tree \(tree): the sum may overflow; the largest leaves up to this tree add up to \(bound)"
                )
            }
        }
        guard sets == nil || shape.categoricalNodes > 0 else {
            throw Self.refused("there are sets, and no categorical node")
        }
        return shape
    }

    /// The first fault of a node by itself, its children left out; nil for a node without.
    private func fault(of node: Int, _ featureCount: Int) -> String? {
        let flags = Int(self.flags[node])
        let isCategorical = flags & RANK_NODE_CATEGORICAL != 0
        let ofNumbers = RANK_NODE_ZERO_IS_MISSING | RANK_NODE_NEVER
        let ofCategories = RANK_NODE_LISTED_LEFT | RANK_NODE_NEGATIVE_FRACTION
        let known = RANK_NODE_CATEGORICAL | RANK_NODE_MISSING_RIGHT | ofNumbers | ofCategories
        let (threshold, feature) = (self.threshold[node], self.feature[node])
        if feature >= UInt32(featureCount) { return "feature \(feature) is none of the \(featureCount) columns" }
        if flags & ~known != 0 { return "flags \(flags) have bits that this version does not know" }
        if flags & (isCategorical ? ofNumbers : ofCategories) != 0 {
            return "flags \(flags) mix those of numbers and those of categories"
        }
        if threshold.isNaN { return "the threshold is NaN" }
        if isCategorical || flags & RANK_NODE_NEVER != 0, threshold.bitPattern != 0 {
            return "the threshold is \(threshold), expected 0 where flags \(flags) leave it unread"
        }
        guard let sets else { return isCategorical ? "a categorical node, and the file has no sets" : nil }
        let (set, count) = (sets.ofNode[node], sets.offsets.count - 1)
        if isCategorical { return set < count ? nil : "set \(set) is none of the \(count) sets" }
        return set == 0 ? nil : "set \(set) at a node that is not categorical, expected 0"
    }

    /// The depth of a tree, of which each node and each leaf is reached once from the root.
    private func depth(of tree: Int) throws(EngineError) -> Int {
        let (nodes, leaves) = (nodes(of: tree), leaves(of: tree))
        var isNodeReached = [Bool](repeating: false, count: nodes.count)
        var isLeafReached = [Bool](repeating: false, count: leaves.count)
        var depth = 0
        // A tree without nodes is its first leaf.
        var rest: [(child: Int32, parent: Int, depth: Int)] = [(nodes.isEmpty ? ~0 : 0, 0, 0)]
        while let next = rest.popLast() {
            let isLeaf = next.child < 0
            let index = Int(isLeaf ? ~next.child : next.child)
            let (what, count) = isLeaf ? ("leaf", leaves.count) : ("node", nodes.count)
            guard index < count else {
                throw Self.refused("tree \(tree), node \(next.parent): the child is \(what) \(index) of \(count)")
            }
            guard !(isLeaf ? isLeafReached[index] : isNodeReached[index]) else {
                throw Self.refused(
                    "tree \(tree), node \(next.parent): the child is \(what) \(index), which is reached twice, by a "
                        + "cycle or from two parents"
                )
            }
            depth = max(depth, next.depth)
            if isLeaf {
                isLeafReached[index] = true
            } else {
                isNodeReached[index] = true
                let node = nodes.lowerBound + index
                rest.append((right[node], index, next.depth + 1))
                rest.append((left[node], index, next.depth + 1))
            }
        }
        for (what, reached) in [("node", isNodeReached), ("leaf", isLeafReached)] {
            if let index = reached.firstIndex(of: false) {
                throw Self.refused("tree \(tree): \(what) \(index) is not reached from the root")
            }
        }
        return depth
    }

    private func largestLeaf(of tree: Int) throws(EngineError) -> Double {
        var largest = 0.0
        let range = leaves(of: tree)
        for leaf in range {
            let value = leaves[leaf]
            guard value.isFinite else {
                throw Self.refused("tree \(tree), leaf \(leaf - range.lowerBound): \(value) is not finite")
            }
            largest = max(largest, value.magnitude)
        }
        return largest
    }
}
