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

    private let source: TreeSource
    /// The margins of a call, where they are of float64.
    private let margins = DoubleScratch()

    init(_ model: TreeModel) {
        self.model = model
        source = TreeSource(model.tables, model.settings)
        info = model.info
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
        guard !candidates.isEmpty, let scoreBase = scores.baseAddress, let features = unsafe query.features.baseAddress
        else { return outcome }
        for index in 0..<candidates.count { unsafe unknown[index] = false }
        var run = unsafe rank_trees_run()
        unsafe run.rows = features + 4 * query.featureCount * candidates.lowerBound
        unsafe run.stride = query.featureCount
        unsafe run.count = candidates.count
        if !model.takesMissingFeatures { try unsafe demandPresent(&run, candidates) }
        unsafe score(&run, into: scoreBase)
        if unsafe !rank_all_finite(scoreBase, candidates.count) { throw unsafe notFinite(scoreBase, query, candidates) }
        return outcome
    }

    /// Scores the rows of a run.
    private func score(_ run: inout rank_trees_run, into scores: UnsafeMutablePointer<Float>) {
        let (output, count) = unsafe (model.output, run.count)
        guard source.sumsDoubles else {
            unsafe run.float_margins = unsafe scores
            unsafe rank_trees_walk(source.source, &run)
            if output == .margin { return }
            for index in 0..<count { unsafe scores[index] = output.score(scores[index]) }
            return
        }
        margins.reserve(count)
        unsafe run.double_margins = margins.values.baseAddress
        unsafe rank_trees_walk(source.source, &run)
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
        let (given, wanted) = unsafe (query.featureCount, info.featureCount)
        guard given == wanted, unsafe query.features.count == 4 * wanted * count else {
            throw EngineError(
                .invalidQuery,
                "the request has \(given) features for each candidate; this model wants \(wanted)"
            )
        }
    }

    /// Refuses missing features.
    private func demandPresent(_ run: inout rank_trees_run, _ candidates: Range<Int>) throws(EngineError) {
        guard let rows = unsafe run.rows else { return }
        let width = unsafe run.stride
        for index in 0..<(candidates.count * width) {
            let value = unsafe rows.loadUnaligned(fromByteOffset: 4 * index, as: Float.self)
            guard value.isNaN else { continue }
            let position = candidates.lowerBound + index / width
            throw EngineError(
                .invalidQuery,
                "feature \(model.featureTitle(index % width)) of candidate \(position) is missing (NaN), which this "
                    + "model does not take; send a finite number",
                position: position
            )
        }
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
