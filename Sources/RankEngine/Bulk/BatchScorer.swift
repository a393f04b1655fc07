internal import CRankKernels
import RankSystem

/// Scores many users in bulk, in-process, on several threads: for evaluation, prediction and whole catalogues.
///
/// The scores have the bits of every ranker, whatever the number of threads.
///
///     let scorer = try BatchScorer(model)
///     let lists = try scorer.best(10, userRows: [1, 2, 3])
///
/// May be used from any thread; each call starts its threads and waits for them.
public struct BatchScorer: Sendable {
    let weights: ModelWeights
    /// The ids that order equal scores; nil to order them by row.
    let candidates: Vocabulary?
    /// The first two layers of a reduced precision; nil in fp32.
    let integers: QuantizedWeights?
    /// What finds the best of whole catalogues without scoring every candidate; nil to score them all.
    var searches: CatalogueSearches?
    /// The way to the best of whole catalogues, and why.
    public internal(set) var topKChoice = TopKChoice(plan: .plain, detail: "")
    /// The kernel that runs.
    public let kernel: Kernel
    /// The most threads of a call.
    public let threads: Int

    /// Scores with a loaded model.
    ///
    /// - Parameters:
    ///   - model: The model.
    ///   - kernel: The kernel, or nil for the fastest for this CPU, model and precision.
    ///   - precision: The precision of the first two dense layers. Reduced ones take ``Precision/tableBytes(_:)`` of
    ///     memory; their error is not limited here.
    ///   - threads: The number of threads, 1 to 1,024, or nil for one on each processor that this process may use.
    /// - Throws: ``EngineError/Code/kernelUnavailable``; ``EngineError/Code/precisionRefused`` where the precision does
    ///   not suit the model.
    public init(
        _ model: RankModel,
        kernel: Kernel? = nil,
        precision: Precision = .fp32,
        threads: Int? = nil
    ) throws(EngineError) {
        try self.init(model.weights, model.candidates, kernel, precision, threads)
    }

    /// Scores with a draft as its model file would: −0 and subnormal weights count as +0.
    package init(_ draft: ModelDraft, kernel: Kernel? = nil, threads: Int? = nil) throws(EngineError) {
        try self.init(try ModelWeights(draft), nil, kernel, .fp32, threads)
    }

    private init(
        _ weights: ModelWeights,
        _ candidates: Vocabulary?,
        _ kernel: Kernel?,
        _ precision: Precision,
        _ threads: Int?
    ) throws(EngineError) {
        self.weights = weights
        self.candidates = candidates
        self.threads = min(max(threads ?? Processors.available, 1), 1_024)
        if precision != .fp32 {
            self.kernel = if let kernel { try kernel.computing(precision) } else { try .best(for: precision) }
            try precision.check(weights.shape, plan: nil, memoryBudget: .max)
            let network = Network(weights, kernel: .best.fused)
            integers = try QuantizedWeights(network, kernel: self.kernel, weights.shape)
            return
        }
        integers = nil
        let forced = try kernel?.computing(.fp32)
        let network = Network(weights, kernel: (forced ?? .best).dense)
        self.kernel = LiveUnits.kernel(for: network, weights.shape, forced: forced)
    }

    /// The score of each pair of rows, in order.
    ///
    /// For many pairs, takes a table of the candidates' halves of the first layer, provided that it is no larger than
    /// ``ScoringPlan/defaultMemoryBudget``.
    ///
    /// - Complexity: O(n log n) to group n pairs by user, beside the scoring.
    /// - Throws: ``EngineError/Code/invalidQuery`` when the lists differ in length or a row does not exist;
    ///   ``EngineError/Code/scoreNotFinite`` with the position of a pair.
    public func scores(userRows: [UInt32], candidateRows: [UInt32]) throws(EngineError) -> [Float] {
        guard userRows.count == candidateRows.count else {
            throw EngineError(.invalidQuery, "there are \(userRows.count) users for \(candidateRows.count) candidates")
        }
        let shape = weights.shape
        for index in userRows.indices {
            guard Int(userRows[index]) < shape.userRows, Int(candidateRows[index]) < shape.candidateRows else {
                throw EngineError(.invalidQuery, "pair \(index) has a row that does not exist", position: index)
            }
        }
        let order = userRows.indices.sorted { (userRows[$0], $0) < (userRows[$1], $1) }
        let rows = order.map { candidateRows[$0] }
        let starts = order.indices.filter { $0 == 0 || userRows[order[$0]] != userRows[order[$0 - 1]] }
        let users = starts.map { userRows[order[$0]] }
        let halves = self.halves(forPairs: rows.count)
        var grouped = [Float](repeating: 0, count: rows.count)
        unsafe grouped.withUnsafeMutableBufferPointer { grouped in
            nonisolated(unsafe) let base = grouped.baseAddress
            WorkSharing.share(starts.count, threads: rows.count < Self.fewPairs ? 1 : threads) {
                [weights, kernel, integers] in
                RowScorer(weights, kernel: kernel, candidateHalves: halves, integers: integers)
            } body: { scorer, group in
                guard let base = unsafe base else { return }
                let start = starts[group]
                let end = group + 1 < starts.count ? starts[group + 1] : rows.count
                unsafe rows.withUnsafeBufferPointer { rows in
                    let part = unsafe UnsafeBufferPointer(rebasing: rows[start..<end])
                    unsafe scorer.score(users[group], part, into: base + start)
                }
            }
        }
        var result = grouped
        for (index, position) in order.enumerated() {
            guard grouped[index].isFinite else {
                throw EngineError(.scoreNotFinite, "pair \(position) scores \(grouped[index])", position: position)
            }
            result[position] = grouped[index]
        }
        return result
    }

    /// Fewer pairs are scored on one thread: a second one would start too late.
    private static let fewPairs = 1_000

    private func halves(forPairs count: Int) -> SharedFloats? {
        let shape = weights.shape
        guard integers == nil, count > shape.candidateRows / 4, ScoringPlan.chosen(for: shape) == .factored else {
            return nil
        }
        return Network(weights, kernel: kernel).table(RANK_HALF_CANDIDATE, rows: shape.candidateRows)
    }
}
