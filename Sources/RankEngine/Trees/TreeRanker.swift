internal import CRankKernels
internal import RankCore

/// The ranker of an ensemble of trees: a ``TreeModel`` and the rows of a query.
///
/// Every id is known. Infinite features are numbers like others here, and refused in requests to a worker.
@safe public final class TreeRanker: Ranker {
    /// The ranker's description.
    public let info: RankerInfo
    /// The model that is scored.
    public let model: TreeModel

    /// The kernel that runs.
    public let kernel: Kernel
    /// The bytes of what was compiled for the kernel.
    public var tableBytes: Int { compiled.byteCount }
    /// The distinct decisions of all nodes.
    public var decisionCount: Int { Int(compiled.shape.predicates) }

    private let compiled: CompiledTrees
    /// The margins of a call, where they are of float64.
    private let margins = DoubleScratch()

    /// Compiles a model for a kernel.
    init(_ model: TreeModel, kernel: Kernel) throws(EngineError) {
        self.model = model
        self.kernel = kernel
        compiled = try CompiledTrees(TreeSource(model.tables, model.settings), level: kernel.level)
        let plan = compiled.shape.is_sliced ? "bit-sliced" : kernel == .scalar ? "walk" : "row-by-row"
        info = model.info(kernel: kernel, plan: plan, rows: Int(compiled.shape.rows))
    }

    /// Scores a part of a query's candidates; see ``Ranker``.
    public func score(
        _ query: RankQuery,
        candidates: Range<Int>,
        scores: UnsafeMutableBufferPointer<Float>,
        unknown: UnsafeMutableBufferPointer<Bool>
    ) throws(EngineError) -> ScoreOutcome {
        try unsafe check(query, candidates, min(scores.count, unknown.count))
        let outcome = ScoreOutcome(isUserKnown: true, unknownCount: 0)
        guard !candidates.isEmpty, let scoreBase = scores.baseAddress else { return outcome }
        for index in 0..<candidates.count { unsafe unknown[index] = false }
        var run = unsafe rank_trees_run()
        // Rows of no features have no address, and none is read.
        let rows = unsafe query.features.baseAddress ?? UnsafeRawPointer(scoreBase)
        unsafe run.rows = rows + 4 * query.featureCount * candidates.lowerBound
        unsafe run.stride = query.featureCount
        unsafe run.query = query.queryFeatureCount > 0 ? query.queryFeatures.baseAddress : nil
        unsafe run.count = candidates.count
        if !model.takesMissingFeatures { try unsafe demandPresent(query, candidates) }
        unsafe score(&run, into: scoreBase)
        if unsafe !rank_all_finite(scoreBase, candidates.count) { throw unsafe notFinite(scoreBase, query, candidates) }
        return outcome
    }

    /// Scores the rows of a run.
    private func score(_ run: inout rank_trees_run, into scores: UnsafeMutablePointer<Float>) {
        let (output, count) = unsafe (model.output, run.count)
        guard compiled.source.sumsDoubles else {
            unsafe run.float_margins = unsafe scores
            unsafe compiled.score(&run)
            if output == .margin { return }
            for index in 0..<count { unsafe scores[index] = output.score(scores[index]) }
            return
        }
        margins.reserve(count)
        unsafe run.double_margins = margins.values.baseAddress
        unsafe compiled.score(&run)
        for index in 0..<count { unsafe scores[index] = output.score(margins.values[index]) }
    }

    // MARK: Checks

    private func check(_ query: RankQuery, _ candidates: Range<Int>, _ room: Int) throws(EngineError) {
        switch unsafe (query.user, query.candidates) {
        case (.number, .numbers) where !model.hasTextIDs: break
        case (.text, .texts) where model.hasTextIDs: break
        default:
            let expected = model.hasTextIDs ? "UTF-8 text" : "64-bit numbers"
            throw EngineError(.invalidQuery, "the ids are of the wrong kind; this model's are \(expected)")
        }
        let count = unsafe query.candidateCount
        guard candidates.lowerBound >= 0, candidates.upperBound <= count, candidates.count <= room else {
            throw EngineError(
                .invalidQuery,
                "candidates \(candidates) do not lie in a list of \(count), or the buffers of \(room) are too short"
            )
        }
        let (given, ofQuery, wanted) = unsafe (query.featureCount, query.queryFeatureCount, info.featureCount)
        if ofQuery > 0, let refusal = info.queryColumns.refusal(query: ofQuery, candidate: given, width: wanted) {
            throw EngineError(.invalidQuery, "the request has \(refusal)")
        }
        guard given + ofQuery == wanted, unsafe query.features.count == 4 * given * count else {
            throw EngineError(
                .invalidQuery,
                "the request has \(given) features for each candidate; this model wants \(wanted)"
            )
        }
    }

    /// Refuses missing features of a query and of a part of its candidates.
    private func demandPresent(_ query: RankQuery, _ candidates: Range<Int>) throws(EngineError) {
        let width = unsafe query.featureCount
        let rows = unsafe UnsafeRawBufferPointer(
            rebasing: query.features[(4 * width * candidates.lowerBound)..<(4 * width * candidates.upperBound)]
        )
        let ofQuery = unsafe query.queryFeatures
        if let index = unsafe Self.firstMissing(ofQuery) {
            throw missing("feature \(model.featureTitle(model.queryColumns[index])) of the query", at: nil)
        }
        guard let index = unsafe Self.firstMissing(rows) else { return }
        let isGivenOnce = Set(unsafe ofQuery.isEmpty ? [] : model.queryColumns)
        let columns = (0..<info.featureCount).filter { !isGivenOnce.contains($0) }
        let position = candidates.lowerBound + index / width
        throw missing("feature \(model.featureTitle(columns[index % width])) of candidate \(position)", at: position)
    }

    private func missing(_ what: String, at position: Int?) -> EngineError {
        EngineError(
            .invalidQuery,
            "\(what) is missing (NaN), which this model does not take; send a finite number",
            position: position
        )
    }

    /// The index of the first float that is NaN.
    private static func firstMissing(_ floats: UnsafeRawBufferPointer) -> Int? {
        func isMissing(_ index: Int) -> Bool {
            unsafe floats.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self) & 0x7FFF_FFFF > 0x7F80_0000
        }
        // One pass without a branch for each float: rows without one are the rule.
        var count: UInt32 = 0
        for index in 0..<(floats.count / 4) { count &+= isMissing(index) ? 1 : 0 }
        return count == 0 ? nil : (0..<(floats.count / 4)).first(where: isMissing)
    }

    private func notFinite(
        _ scores: UnsafeMutablePointer<Float>,
        _ query: RankQuery,
        _ candidates: Range<Int>
    ) -> EngineError {
        let index = (0..<candidates.count).first { unsafe !scores[$0].isFinite } ?? 0
        let position = candidates.lowerBound + index
        let (id, score) = unsafe (query.candidates.describe(position), scores[index])
        return EngineError(.scoreNotFinite, "candidate \(position), id \(id), scores \(score)", position: position)
    }
}

/// Memory for float64 numbers that grows with the longest list.
@safe private final class DoubleScratch {
    private(set) var values = unsafe UnsafeMutableBufferPointer<Double>(start: nil, count: 0)

    deinit { unsafe values.deallocate() }

    /// Makes room for a list; previous contents are lost.
    func reserve(_ count: Int) {
        guard unsafe count > values.count else { return }
        unsafe values.deallocate()
        unsafe values = .allocate(capacity: max(count, 1_024))
    }
}
