import RankEngine
import RankProtocol

/// The costs of the two kinds of lists: those that are scored whole, and those of whose candidates the ranker leaves out
/// what is certainly not among the best.
///
/// Each is learned from its own requests: a candidate of one kind takes a multiple of the time of the other. Pure.
struct ScoringCosts {
    /// The costs of lists that are scored whole.
    private var whole: ScoringCostModel
    /// The costs of lists that candidates are left out of.
    private var best: ScoringCostModel

    /// Costs that start from a ranker's hints, where there are any.
    init(hint: ScoringCost) {
        whole = ScoringCostModel(hint: hint)
        best = ScoringCostModel(hint: hint)
    }

    /// The costs of one kind of lists.
    subscript(leavesOut: Bool) -> ScoringCostModel {
        get { leavesOut ? best : whole }
        set { if leavesOut { best = newValue } else { whole = newValue } }
    }
}

extension ServedModel {
    /// Whether the ranker leaves candidates out of a request's lists, judged by their mean length.
    func leavesOut(of request: QueuedRequest) -> Bool {
        guard let outline = request.outline, outline.parameters.topK > 0 else { return false }
        let count = outline.candidateCount / max(outline.queryCount, 1)
        return unsafe ranker.leavesOut(of: count, wanted: Int(outline.parameters.topK))
    }
}
