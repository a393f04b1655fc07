import RankCore
import RankEngine
import TestSupport
import Testing

@Suite("Plans and their tables")
struct ScoringPlanTests {
    private static func model() throws -> RankModel {
        let directory = try TemporaryDirectory()
        try ModelSpec(hidden: [48, 16]).draft().write(to: directory.file("model"))
        return try RankModel.load(path: directory.file("model"))
    }

    /// The tutorial's shape, or one without its layers, with a number of rows.
    private static func shape(_ users: Int, _ candidates: Int, layers: [Int] = [256, 64, 1]) throws -> ModelShape {
        var shape = try model().shape
        (shape.userRows, shape.candidateRows, shape.layerWidths) = (users, candidates, layers)
        return shape
    }

    @Test func bytes() throws {
        let tutorial = try Self.shape(944, 1_683)
        #expect(ScoringPlan.direct.tableBytes(tutorial) == 0)
        #expect(ScoringPlan.userOnce.tableBytes(tutorial) == 0)
        #expect(ScoringPlan.factored.tableBytes(tutorial) == (944 + 1_683) * 1_024)
        #expect(ScoringPlan.full.tableBytes(tutorial) == 944 * 1_683 * 4)
        let largest = try Self.shape((1 << 32) - 1, (1 << 32) - 1, layers: [65_536, 1])
        #expect(ScoringPlan.full.tableBytes(largest) == .max)
        #expect(ScoringPlan.factored.tableBytes(largest) == ((1 << 33) - 2) << 18)
        #expect(try ScoringPlan.factored.tableBytes(Self.shape(5, 5, layers: [])) == 0)
    }

    @Test(arguments: [0, 1 << 20, 1 << 40])
    func theBudgetChoosesAndNeverTheFullTable(budget: Int) throws {
        #expect(try ScoringPlan.chosen(for: Self.shape(5, 5, layers: []), memoryBudget: budget) == .direct)
        let chosen = try ScoringPlan.chosen(for: Self.shape(944, 1_683), memoryBudget: budget)
        #expect(chosen == (budget > 1 << 30 ? .factored : .userOnce))
        #expect(try ScoringPlan.chosen(for: Self.shape(944, 10_000_001)) == .userOnce)
    }

    @Test(arguments: ScoringPlan.allCases)
    func aForcedPlanThatDoesNotFitIsRefusedWithTheBytesThatItNeeds(plan: ScoringPlan) throws {
        let model = try Self.model()
        let bytes = plan.tableBytes(model.shape)
        let ranker = try model.makeRanker(plan: plan, memoryBudget: bytes)
        #expect(ranker.plan == plan)
        #expect(ranker.info.facts.first { $0.key == "plan" }?.value == plan.rawValue)
        let error = engineError { _ = try model.makeRanker(plan: plan, memoryBudget: bytes - 1) }
        guard bytes > 0 else { return }
        #expect(error?.code == .budgetTooSmall)
        #expect(error?.message.contains("\(plan.rawValue) needs \(bytes) bytes") == true)
        #expect(error?.message.contains("budget is \(bytes - 1) bytes") == true)
    }

    @Test(arguments: [1 << 60, .max])
    func tablesThatTheSystemHasNoMemoryForAreRefusedAndEndNoProcess(bytes: Int) throws {
        let error = engineError { try MemoryDemand.check(bytes, for: "the plan full") }
        #expect(error?.code == .budgetTooSmall)
        #expect(error?.message.contains("no memory for \(bytes) bytes of tables for the plan full") == true)
        try MemoryDemand.check(1 << 20, for: "the plan full")
    }

    @Test
    func theFullTableHasARowForUnknownUsersAndAColumnForUnknownCandidates() throws {
        let model = try Self.model()
        let full = try model.makeRanker(plan: .full)
        let computed = try model.makeRanker(plan: .direct, kernel: .scalar)
        for user: UInt64 in [0, 1, 4, 5, .max] {
            let ids: [UInt64] = [22, 23, 0, .max, 1, 1]
            let (found, expected) = try (
                full.rank(ids, for: user, unknownIDs: .fallback), computed.rank(ids, for: user, unknownIDs: .fallback)
            )
            #expect(found.map(\.score.bitPattern) == expected.map(\.score.bitPattern))
            #expect(found.map(\.position) == expected.map(\.position))
            #expect(found.map(\.isUnknown) == expected.map(\.isUnknown))
        }
    }
}
