import RankCore
import RankEngine
import TestSupport
import Testing

@Suite("The plan for the best of a list")
struct TopKPlanTests {
    /// A model's shape, and a part of the line that says why its lists are plain.
    private static let refused: [(ModelSpec, String)] = [
        (ModelSpec(candidates: 100, hidden: [16]), "two hidden layers"),
        (ModelSpec(candidates: 100, hidden: [16, 16, 16]), "two hidden layers"),
        (ModelSpec(candidates: 100, hidden: [16, 16], dotProduct: true), "dot product"),
        (ModelSpec(candidates: 100, hidden: [16, 16], candidateBias: true), "candidate bias"),
        (ModelSpec(candidates: 100, hidden: [16, 16], activations: ["relu", "tanh"]), "tanh"),
        (ModelSpec(candidates: 100, hidden: [16, 16], activations: ["relu", "relu"], output: "sigmoid"), "sigmoid"),
        (ModelSpec(candidates: 100, hidden: [4_100, 2]), "4100 units"),
        (ModelSpec(candidates: 31, hidden: [16, 16]), "lists of 32"),
    ]

    @Test(arguments: refused.indices)
    func aModelWithoutBoundsIsServedPlainAndSaysWhy(_ index: Int) throws {
        let (spec, reason) = Self.refused[index]
        let model = try model(spec.draft())
        let ranker = try model.makeRanker(topKPlan: .auto)
        #expect(ranker.topKChoice.plan == .plain)
        #expect(ranker.info.facts.contains { $0.key == "top_k_plan" && $0.value.hasPrefix("plain, ") })
        let error = engineError { _ = try model.makeRanker(topKPlan: .certified) }
        #expect(error?.code == .boundRefused)
        if Self.hasKernel {
            #expect(ranker.topKChoice.detail.contains(reason))
            #expect(error?.message.contains(reason) == true)
        }
    }

    @Test func weightsTooLargeForAnyBoundAreRefused() throws {
        guard Self.hasKernel else { return }
        var draft = BoundNetwork.ordinary.draft()
        for index in draft.layers[1].kernel.indices { draft.layers[1].kernel[index] *= 0x1p100 }
        let model = try model(draft)
        let error = engineError { _ = try model.makeRanker(topKPlan: .certified) }
        #expect(error?.code == .boundRefused)
        #expect(error?.message.contains("the limit of float32") == true)
        #expect(try model.makeRanker(topKPlan: .auto).topKChoice.plan == .plain)
    }

    @Test func weightsThatMagnifyWhatUnderflowsAreRefused() throws {
        guard Self.hasKernel else { return }
        var draft = BoundNetwork.ordinary.draft()
        for index in draft.layers[1].kernel.indices { draft.layers[1].kernel[index] *= 0x1p-60 }
        for index in draft.layers[1].bias.indices { draft.layers[1].bias[index] = 0 }
        for index in draft.layers[2].kernel.indices { draft.layers[2].kernel[index] *= 0x1p115 }
        let model = try model(draft)
        let error = engineError { _ = try model.makeRanker(topKPlan: .certified) }
        #expect(error?.code == .boundRefused)
        #expect(error?.message.contains("underflows") == true)
        #expect(try model.makeRanker(topKPlan: .auto).topKChoice.plan == .plain)
    }

    @Test func theMemoryBudgetHoldsBounds() throws {
        guard Self.hasKernel else { return }
        let model = try BoundNetwork.ordinary.model()
        let plain = ScoringPlan.factored.tableBytes(model.shape)
        let error = engineError { _ = try model.makeRanker(memoryBudget: plain + 1_000, topKPlan: .certified) }
        #expect(error?.code == .budgetTooSmall)
        let ranker = try model.makeRanker(memoryBudget: plain + 1_000, topKPlan: .auto)
        #expect(ranker.topKChoice.detail.contains("the memory budget leaves 1000"))
    }

    @Test func plansAndKernelsWithoutBoundsAreNamed() throws {
        guard Self.hasKernel else { return }
        let model = try BoundNetwork.ordinary.model()
        let direct = engineError { _ = try model.makeRanker(plan: .direct, topKPlan: .certified) }
        #expect(direct?.message.contains("the plan direct") == true)
        let scalar = engineError { _ = try model.makeRanker(kernel: .scalar, topKPlan: .certified) }
        #expect(scalar?.message.contains("the kernel scalar") == true)
        let integers = engineError { _ = try model.makeRanker(precision: .int8, topKPlan: .certified) }
        #expect(integers?.code == .boundRefused)
    }

    @Test func scoresThatNoBoundTellsApartArePlain() throws {
        guard Self.hasKernel else { return }
        // Every candidate remains: bounds are the price on top.
        let ranker = try BoundNetwork.constantScores.model().makeRanker(topKPlan: .auto)
        #expect(ranker.topKChoice.plan == .plain)
        #expect(ranker.topKChoice.detail.contains("of the time of a plain one"))
    }

    @Test func plainIsTheDefault() throws {
        let ranker = try BoundNetwork.ordinary.model().makeRanker()
        #expect(ranker.topKChoice.plan == .plain)
        #expect(!ranker.leavesOut(of: 500, wanted: 10))
    }

    @Test func shortListsAndLargeSharesAreScoredWhole() throws {
        guard let ranker = try BoundNetwork.ordinary.model().makeCertified() else { return }
        #expect(ranker.leavesOut(of: 500, wanted: 10))
        #expect(ranker.leavesOut(of: 500, wanted: 125))
        #expect(!ranker.leavesOut(of: 500, wanted: 126))
        #expect(!ranker.leavesOut(of: 500, wanted: 0))
        #expect(!ranker.leavesOut(of: 31, wanted: 1))
    }

    private static let hasKernel = (try? BoundNetwork.ordinary.model().makeCertified()) != nil

    private func model(_ draft: ModelDraft) throws -> RankModel {
        let directory = try TemporaryDirectory()
        try draft.write(to: directory.file("model"))
        return try RankModel.load(path: directory.file("model"))
    }
}
