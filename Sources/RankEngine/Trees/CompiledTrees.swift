internal import CRankKernels

/// An ensemble in the form that kernels read, with the memory that they work in.
///
/// Belongs to one thread at a time.
@safe final class CompiledTrees {
    /// The ensemble; the compiled form reads its arrays.
    let source: TreeSource
    /// The sizes of the compiled form.
    let shape: rank_trees_shape
    private let trees: OpaquePointer
    private let scratch: UnsafeMutableRawPointer

    /// Compiles an ensemble.
    ///
    /// - Parameters:
    ///   - source: The ensemble.
    ///   - level: The instruction set; at the scalar one rows are walked node by node.
    /// - Throws: ``EngineError/Code/budgetTooSmall`` where the system has no memory for it.
    init(_ source: TreeSource, level: rank_level) throws(EngineError) {
        var plan = rank_trees_plan(level: level, path: RANK_TREES_AUTO, is_basic: false)
        guard let trees = unsafe rank_trees_make(source.source, &plan) else {
            throw EngineError(
                .budgetTooSmall,
                "there is no memory to compile the ensemble of \(source.tables.treeCount) trees; free some, or serve "
                    + "a smaller model"
            )
        }
        do throws(EngineError) {
            try MemoryDemand.check(unsafe rank_trees_scratch_bytes(trees), for: "the compiled ensemble")
        } catch {
            unsafe rank_trees_free(trees)
            throw error
        }
        self.source = source
        unsafe self.trees = trees
        shape = unsafe rank_trees_shape_of(trees)
        unsafe scratch = .allocate(byteCount: max(rank_trees_scratch_bytes(trees), 1), alignment: 64)
    }

    deinit {
        unsafe rank_trees_free(trees)
        unsafe scratch.deallocate()
    }

    /// The bytes of the compiled form and of the memory to work in.
    var byteCount: Int { unsafe Int(shape.bytes) + rank_trees_scratch_bytes(trees) }

    /// Scores the rows of a run, whose place for margins is of the type of the sums.
    func score(_ run: inout rank_trees_run) {
        unsafe run.scratch = unsafe scratch
        unsafe rank_trees_score(trees, &run)
    }
}
