internal import CRankKernels

/// An ensemble in the form of the C functions, with the arrays that they read.
///
/// Belongs to one thread at a time.
@safe final class TreeSource {
    /// The arrays.
    let tables: TreeTables
    /// The same ensemble for C, valid while this object lives.
    let source: UnsafeMutablePointer<rank_trees_source>
    /// Whether sums are of float64.
    let sumsDoubles: Bool
    private let isQuery: UnsafeMutablePointer<Bool>

    /// Describes checked arrays.
    init(_ tables: TreeTables, _ settings: TreeSettings) {
        self.tables = tables
        sumsDoubles = settings.sum == .float64
        unsafe isQuery = .allocate(capacity: settings.featureCount)
        unsafe isQuery.initialize(repeating: false, count: settings.featureCount)
        for column in settings.queryColumns { unsafe isQuery[column] = true }
        var value = unsafe rank_trees_source()
        unsafe value.features = UInt32(settings.featureCount)
        unsafe value.tree_count = UInt32(tables.treeCount)
        unsafe value.first_node = tables.firstNode.start
        unsafe value.first_leaf = tables.firstLeaf.start
        unsafe value.feature = tables.feature.start
        unsafe value.threshold = tables.threshold.start
        unsafe value.flags = tables.flags.start
        unsafe value.left = tables.left.start
        unsafe value.right = tables.right.start
        if let sets = tables.sets {
            unsafe value.set = sets.ofNode.start
            unsafe value.set_offsets = sets.offsets.start
            unsafe value.set_words = sets.words.start
        }
        switch tables.leaves {
        case .floats(let values): unsafe value.float_leaves = values.start
        case .doubles(let values): unsafe value.double_leaves = values.start
        }
        unsafe value.base = tables.base
        if !settings.queryColumns.isEmpty { unsafe value.is_query = UnsafePointer(isQuery) }
        unsafe source = .allocate(capacity: 1)
        unsafe source.initialize(to: value)
    }

    deinit {
        unsafe source.deallocate()
        unsafe isQuery.deallocate()
    }
}
