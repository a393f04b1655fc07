internal import CRankKernels
import RankSystem
internal import Synchronization

extension BatchScorer {
    /// The default memory budget of an index: 1 GiB.
    public static let defaultIndexBudget = 1 << 30

    /// Users whose lists a thread makes together.
    private static let together = 16

    /// The same scorer with a way to the best of whole catalogues.
    ///
    /// The lists are the same either way: ids, order and bits of the scores. An index is made for models of biases and
    /// dot product; it takes a byte for each factor and eight for each item, and as long as some hundred lists.
    ///
    /// - Complexity: O(items · dimensions²) where an index is made
    ///
    /// - Parameters:
    ///   - plan: The way; auto makes an index where it pays for these lists.
    ///   - k: The length of the lists.
    ///   - users: The number of lists.
    ///   - memoryBudget: The most bytes of an index.
    /// - Returns: The scorer, whose ``topKChoice`` says what was chosen.
    /// - Throws: ``EngineError/Code/boundRefused`` where the plan is certified and the model admits no bounds;
    ///   ``EngineError/Code/budgetTooSmall`` where it is certified and the index does not fit.
    public func choosing(
        _ plan: TopKPlan,
        top k: Int,
        users: Int,
        memoryBudget: Int = defaultIndexBudget
    ) throws(EngineError) -> BatchScorer {
        var scorer = self
        scorer.searches = nil
        guard plan != .plain else {
            scorer.topKChoice = TopKChoice(plan: .plain, detail: "")
            return scorer
        }
        var reason = CatalogueRefusal.reason(weights, integers)
        if reason == nil, plan == .auto {
            reason = CatalogueRefusal.reason(weights.shape, kernel, top: k, users: users)
        }
        let layout = CatalogueLayout(
            items: weights.shape.candidateRows - 1,
            dimensions: weights.shape.candidateDimensions
        )
        if reason == nil, layout.byteCount > memoryBudget {
            let text =
                "the index of \(layout.items) items needs \(layout.byteCount) bytes, and the memory budget is "
                + "\(memoryBudget) bytes"
            guard plan == .auto else { throw EngineError(.budgetTooSmall, text + "; raise the budget") }
            reason = text
        }
        if reason == nil {
            do throws(EngineError) {
                try MemoryDemand.check(layout.byteCount, for: "the index of the catalogue")
            } catch {
                guard plan == .auto else { throw error }
                reason = error.message
            }
        }
        let balance = reason == nil ? BalancedFactors(weights) : nil
        if let balance { reason = CatalogueRefusal.reason(weights, balance) }
        guard reason == nil, let balance else {
            let reason = reason ?? ""
            guard plan == .auto else {
                throw EngineError(.boundRefused, "\(reason); choose the plan auto or plain")
            }
            scorer.topKChoice = TopKChoice(plan: .plain, detail: reason)
            return scorer
        }
        let index = CatalogueIndex(weights, balance, level: kernel.level, threads: threads)
        scorer.searches = CatalogueSearches(index, kernel: kernel, order: CandidateOrder(candidates))
        scorer.topKChoice = TopKChoice(plan: .certified, detail: "an index of \(layout.byteCount) bytes")
        return scorer
    }

    /// The best of the catalogue for each user, by the index, and the number of candidates that were scored.
    func searched(
        _ searches: CatalogueSearches,
        _ k: Int,
        userRows: [UInt32],
        excluding excluded: [[UInt32]]
    ) -> (lists: [[Entry]], scored: Int) {
        let block = max(min(Self.together, (userRows.count + threads - 1) / threads), 1)
        let found = Mutex((lists: [[Entry]](repeating: [], count: userRows.count), scored: 0))
        WorkSharing.share((userRows.count + block - 1) / block, threads: threads) {
            searches.lend()
        } body: { (loan: CatalogueSearches.Loan, item: Int) in
            let search = loan.search
            let users = (item * block)..<min((item + 1) * block, userRows.count)
            let lists = search.best(
                k,
                userRows: Array(userRows[users]),
                excluding: excluded.isEmpty ? [] : Array(excluded[users])
            )
            let scored = search.takeScored()
            found.withLock { found in
                for (user, list) in zip(users, lists) { found.lists[user] = list }
                found.scored += scored
            }
        }
        return found.withLock { $0 }
    }
}
