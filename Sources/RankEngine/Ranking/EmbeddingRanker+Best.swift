internal import CRankKernels
private import RankSystem

extension EmbeddingRanker {
    /// Whether ``scoreBest(_:candidates:omitsUnknown:best:scores:unknown:)`` leaves candidates out of such lists.
    public func leavesOut(of count: Int, wanted: Int) -> Bool {
        certified != nil && CertifiedLists.suit(count, wanted: wanted)
    }

    /// Scores what may be among the best of a part of a query's candidates; see ``Ranker``.
    public func scoreBest(
        _ query: RankQuery,
        candidates: Range<Int>,
        omitsUnknown: Bool,
        best: BestScores,
        scores: UnsafeMutableBufferPointer<Float>,
        unknown: UnsafeMutableBufferPointer<Bool>
    ) throws(EngineError) -> ScoreOutcome {
        if let outcome = try unsafe scoreCertified(query, candidates, omitsUnknown, best, scores, unknown) {
            return outcome
        }
        let outcome = try unsafe score(query, candidates: candidates, scores: scores, unknown: unknown)
        let count = unsafe query.candidateCount
        guard candidates.count < count, leavesOut(of: count, wanted: best.wanted) else { return outcome }
        // Other parts of the list have to reach these scores.
        for index in 0..<candidates.count where unsafe !(omitsUnknown && unknown[index]) {
            unsafe best.insert(scores[index])
        }
        return outcome
    }

    /// Leaves out what bounds prove to be worse than the best; nil where no bounds are computed or nothing is proved.
    private func scoreCertified(
        _ query: RankQuery,
        _ candidates: Range<Int>,
        _ omitsUnknown: Bool,
        _ best: BestScores,
        _ scores: UnsafeMutableBufferPointer<Float>,
        _ unknown: UnsafeMutableBufferPointer<Bool>
    ) throws(EngineError) -> ScoreOutcome? {
        guard let certified, leavesOut(of: candidates.count, wanted: best.wanted) else { return nil }
        try unsafe Self.check(query, candidates, min(scores.count, unknown.count))
        let userRow = try unsafe self.userRow(query.user)
        certified.reserve(candidates.count)
        guard let scoreBase = scores.baseAddress, let unknownBase = unknown.baseAddress,
            let rowBase = unsafe certified.rows.baseAddress, let half = unsafe half(of: userRow)
        else { return nil }
        let unknownCount = try unsafe findRows(query.candidates, candidates, unknown: unknownBase, into: rowBase)
        let isScored = unsafe certified.score(
            userRow,
            half: half,
            count: candidates.count,
            omitting: omitsUnknown && unknownCount > 0 ? UnsafePointer(unknownBase) : nil,
            best: best,
            into: scoreBase
        )
        return isScored ? ScoreOutcome(isUserKnown: userRow != 0, unknownCount: unknownCount) : nil
    }

    /// The upper bounds of a user's scores without B0, and B0; nil under the plain plan, and where nothing can be proved
    /// of the user.
    package func upperBounds(userRow: UInt32, candidateRows: [UInt32]) -> (upper: [Float], margin: Float)? {
        guard let certified, let half = unsafe half(of: userRow) else { return nil }
        return unsafe certified.upperBounds(userRow, half: half, candidateRows)
    }

    /// The numbers of outputs that bounds may keep; empty under the plain plan.
    package var keptChoices: [Int] { certified.map { KeptBounds.choices($0.bounds.shared.proof.outputs) } ?? [] }

    /// Bounds lists by a number of outputs, one of ``keptChoices``, whatever is fastest, after `front` outputs in every
    /// list.
    package func keep(_ kept: Int, after front: Int?) { certified = certified?.keeping(kept, after: front) }

    /// The multiply-adds over all rows, for each processor, for which bounds are made unasked: one or two seconds of a
    /// load.
    private static let mostSteps = 2e9

    /// Chooses the way to the best of a list, and makes what it takes.
    ///
    /// - Throws: ``EngineError/Code/boundRefused`` where bounds were asked for and nothing can be proved, or
    ///   ``EngineError/Code/budgetTooSmall`` where their tables do not fit.
    static func certify(
        _ network: Network,
        tables: (users: SharedFloats, candidates: SharedFloats)?,
        _ shape: ModelShape,
        plan: ScoringPlan,
        wanted: TopKPlan,
        room: Int
    ) throws(EngineError) -> (CertifiedLists?, TopKChoice) {
        guard wanted != .plain else { return (nil, TopKChoice(plan: .plain, detail: "")) }
        do throws(EngineError) {
            try CertifiedBounds.check(shape)
            guard plan == .factored || plan == .userOnce else {
                throw EngineError(.boundRefused, "the plan \(plan.rawValue) computes no half of the first layer")
            }
            guard shape.candidateRows >= CertifiedLists.fewest else {
                throw EngineError(.boundRefused, "bounds are for lists of \(CertifiedLists.fewest) candidates and more")
            }
            let bytes = CertifiedBounds.byteCount(shape)
            guard bytes <= room else {
                throw EngineError(
                    .budgetTooSmall,
                    "bounds take \(bytes) bytes, and the memory budget leaves \(room) to them"
                )
            }
            try MemoryDemand.check(bytes, for: "the bounds")
            let steps = shape.layerWidths.prefix(2).reduce(Double(shape.candidateRows)) { $0 * Double($1) }
            guard wanted == .certified || steps <= mostSteps * Double(Processors.available) else {
                throw EngineError(
                    .boundRefused,
                    "bounds of \(shape.candidateRows) rows take long to make; the plan certified makes them all the same"
                )
            }
            let kernel = try BoundKernel(network.kernel)
            let bounds = try CertifiedBounds(network, kernel, tables: tables, shape)
            let trial = TopKTrial(network: network, tables: tables, bounds: bounds, shape: shape)
            let (lists, share) = trial.fastest()
            let hundredths = (share * 100).rounded() / 100
            guard wanted == .certified || share < TopKTrial.limit else {
                throw EngineError(.boundRefused, "a certified list takes \(hundredths) of the time of a plain one")
            }
            let detail = "\(hundredths) of the time of plain scoring, \(lists.summary), in \(kernel.name)"
            return (lists, TopKChoice(plan: .certified, detail: detail))
        } catch {
            guard wanted == .auto else { throw error }
            return (nil, TopKChoice(plan: .plain, detail: error.message))
        }
    }
}
