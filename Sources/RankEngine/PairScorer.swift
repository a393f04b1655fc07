internal import CRankKernels

/// Scores pairs of users and candidates in bulk, in-process: for evaluation and prediction.
///
/// The scores are those of every ranker, bit for bit. One thread at a time.
package final class PairScorer {
    private let scorer: RowScorer
    private let shape: ModelShape

    /// Scores with a loaded model.
    package convenience init(_ model: RankModel, kernel: String? = nil) throws(EngineError) {
        self.init(model.weights, kernel: try Kernel.chosen(kernel))
    }

    /// Scores with a model in the making, as it would score once written: −0 and subnormal weights count as +0.
    package convenience init(_ draft: ModelDraft, kernel: String? = nil) throws(EngineError) {
        self.init(try ModelWeights(draft), kernel: try Kernel.chosen(kernel))
    }

    private init(_ weights: ModelWeights, kernel: Kernel) {
        shape = weights.shape
        let halves =
            ScoringPlan.chosen(for: shape) == .factored
            ? Network(weights, kernel: kernel).table(RANK_HALF_CANDIDATE, rows: shape.candidateRows) : nil
        scorer = RowScorer(weights, kernel: kernel, candidateHalves: halves)
    }

    /// The score of each pair of rows, in order.
    ///
    /// Takes O(n log n) for grouping by user, beside the scoring.
    ///
    /// - Throws: ``EngineError/Code/invalidQuery`` when the lists differ in length or a row does not exist;
    ///   ``EngineError/Code/scoreNotFinite`` with the position of a pair.
    package func scores(userRows: [UInt32], candidateRows: [UInt32]) throws(EngineError) -> [Float] {
        guard userRows.count == candidateRows.count else {
            throw EngineError(.invalidQuery, "there are \(userRows.count) users for \(candidateRows.count) candidates")
        }
        for index in userRows.indices {
            guard Int(userRows[index]) < shape.userRows, Int(candidateRows[index]) < shape.candidateRows else {
                throw EngineError(.invalidQuery, "pair \(index) has a row that does not exist", position: index)
            }
        }
        let order = userRows.indices.sorted { (userRows[$0], $0) < (userRows[$1], $1) }
        let grouped = order.map { candidateRows[$0] }
        var groupScores = [Float](repeating: 0, count: order.count)
        var start = 0
        while start < order.count {
            let user = userRows[order[start]]
            var end = start + 1
            while end < order.count, userRows[order[end]] == user { end += 1 }
            score(user, grouped, &groupScores, start..<end)
            start = end
        }
        var result = groupScores
        for (index, position) in order.enumerated() {
            guard groupScores[index].isFinite else {
                throw EngineError(.scoreNotFinite, "pair \(position) scores \(groupScores[index])", position: position)
            }
            result[position] = groupScores[index]
        }
        return result
    }

    private func score(_ user: UInt32, _ rows: [UInt32], _ scores: inout [Float], _ part: Range<Int>) {
        unsafe rows.withUnsafeBufferPointer { rows in
            unsafe scores.withUnsafeMutableBufferPointer { scores in
                guard let base = scores.baseAddress else { return }
                unsafe scorer.score(user, UnsafeBufferPointer(rebasing: rows[part]), into: base + part.lowerBound)
            }
        }
    }
}
