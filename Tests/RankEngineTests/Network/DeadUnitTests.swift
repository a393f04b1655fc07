import RankCore
import RankEngine
import TestSupport
import Testing

@Suite("Skipping dead units")
struct DeadUnitTests {
    private static let skipping = Kernel.supported.first { $0.description.hasSuffix("-skip") }

    /// Lists around the sizes of tiles and groups, layers around those of blocks and panels.
    private static let specs: [ModelSpec] = ModelSpec.Values.allCases.flatMap { values in
        [[1], [128, 64], [129, 65], [256, 64], [257, 130, 20], [40, 1], [16, 200], [513, 48], [7, 2100, 3]].map {
            ModelSpec(users: 2, candidates: 700, hidden: $0, values: values, seed: 7)
        }
    }

    @Test(arguments: specs)
    func longListsHaveTheOraclesBits(_ spec: ModelSpec) throws {
        let directory = try TemporaryDirectory()
        try spec.draft().write(to: directory.file("model"))
        let model = try RankModel.load(path: directory.file("model"))
        var generator = SplitMix64(seed: spec.seed)
        let ids = (0..<1_100).map { _ in UInt64.random(in: 0...UInt64(spec.candidates), using: &generator) }
        var references: [NumericProfile: [UInt32]] = [:]
        for kernel in Kernel.supported {
            // One pair at a time: the scores do not depend on tiles.
            let expected =
                try references[kernel.profile]
                ?? bits(#require(try model.makeReference(of: kernel.profile)), ids, apart: true)
            references[kernel.profile] = expected
            for plan in [ScoringPlan.factored, .userOnce] {
                let ranker = try model.makeRanker(plan: plan, kernel: kernel)
                #expect(ranker.kernel == ((spec.hidden?.count ?? 0) > 1 ? kernel : kernel.summing))
                for count in [1, 2, 3, 4, 5, 6, 7, 12, 13, 96, 128, 129, 511, 512, 513, 1_100] {
                    let scored = try bits(ranker, Array(ids[..<count]))
                    #expect(scored == Array(expected[..<count]), "\(kernel), \(plan), \(count) candidates")
                }
            }
        }
    }

    @Test(arguments: ModelSpec.Values.allCases)
    func theModelDecides(_ values: ModelSpec.Values) throws {
        let directory = try TemporaryDirectory()
        try ModelSpec(hidden: [48, 16], values: values).draft().write(to: directory.file("model"))
        let model = try RankModel.load(path: directory.file("model"))
        let ranker = try model.makeRanker()
        let skips = values != .live && Kernel.best.skippingIfPossible != nil
        #expect(ranker.kernel == (skips ? Kernel.best.skippingIfPossible : .best))
        #expect(ranker.info.facts.first { $0.key == "kernel" }?.value == "\(ranker.kernel)")
        #expect(try model.makeRanker(kernel: .best).kernel == .best)
    }

    @Test func onlyTheUsersHalfAndAHiddenLayerAllowIt() throws {
        guard let skipping = Self.skipping else { return }
        let directory = try TemporaryDirectory()
        try ModelSpec(hidden: [16, 8], values: .live).draft().write(to: directory.file("model"))
        let model = try RankModel.load(path: directory.file("model"))
        for plan in [ScoringPlan.userOnce, .factored, .full] {
            #expect(try model.makeRanker(plan: plan, kernel: skipping).kernel == skipping)
        }
        #expect(try model.makeRanker(plan: .direct, kernel: skipping).kernel.description == "avx512")
        for hidden in [[], [16]] {
            try ModelSpec(hidden: hidden, values: .dead).draft().write(to: directory.file("model"))
            let shallow = try RankModel.load(path: directory.file("model"))
            #expect(try shallow.makeRanker(plan: .factored, kernel: skipping).kernel.description == "avx512")
            #expect(try !shallow.makeRanker(plan: .factored).kernel.description.hasSuffix("-skip"))
        }
    }

    private func bits(_ ranker: EmbeddingRanker, _ ids: [UInt64], apart: Bool = false) throws -> [UInt32] {
        if apart { return try ids.flatMap { try self.bits(ranker, [$0]) } }
        var bits = [UInt32](repeating: 0, count: ids.count)
        for entry in try ranker.rank(ids, for: 1, unknownIDs: .fallback) {
            bits[entry.position] = entry.score.bitPattern
        }
        return bits
    }
}

extension Kernel {
    /// The kernel of the same name that skips, or nil.
    fileprivate var skippingIfPossible: Kernel? { try? Kernel.named("\(self)-skip") }

    /// The kernel of its level that sums every unit.
    fileprivate var summing: Kernel {
        description.hasSuffix("-skip") ? Kernel.supported.first { "\($0)-skip" == description } ?? self : self
    }
}
