import RankCore
import RankEngine
import TestSupport
import Testing

/// Reduced precisions in rankers; `Tests/CKernelTests/integers.c` compares their bits with docs/reference/numerics.md.
@Suite("Reduced precisions")
struct PrecisionTests {
    private static let reduced: [Precision] = [.int16, .int8]

    /// The kernels that compute integers on this CPU.
    private static let kernels: [Kernel] = ["scalar", "avx512-vnni"].compactMap { try? Kernel.named($0, for: .int8) }

    private static func model(_ spec: ModelSpec) throws -> RankModel {
        let directory = try TemporaryDirectory()
        try spec.draft().write(to: directory.file("model"))
        return try RankModel.load(path: directory.file("model"))
    }

    private static func facts(_ ranker: EmbeddingRanker) -> [String: String] {
        Dictionary(uniqueKeysWithValues: ranker.info.facts.map { ($0.key, $0.value) })
    }

    private static let specs: [ModelSpec] = ModelSpec.Values.allCases.flatMap { values in
        [[256, 64], [1, 1], [65, 130, 20], [7, 200]].map {
            ModelSpec(
                users: 3,
                candidates: 90,
                hidden: $0,
                dotProduct: $0.count > 2,
                candidateBias: $0.count > 2,
                mean: $0.count > 2,
                values: values,
                seed: 11
            )
        }
    }

    @Test(arguments: reduced, specs)
    func everyKernelAndListHasTheReferencesBits(_ precision: Precision, _ spec: ModelSpec) throws {
        let model = try Self.model(spec)
        var generator = SplitMix64(seed: spec.seed)
        let ids = (0..<1_100).map { _ in UInt64.random(in: 0...UInt64(spec.candidates), using: &generator) }
        var expected: [UInt64: UInt32] = [:]
        for kernel in Self.kernels {
            let ranker = try model.makeRanker(kernel: kernel, precision: precision, errorLimit: nil)
            #expect(ranker.plan == .factored && "\(ranker.kernel)" == "\(kernel)")
            #expect(ranker.scoreError == nil)
            #expect(try ranker.reproduceGoldens() == model.goldenCount)
            let reference = try #require(try model.makeReference(of: ranker.info.profile))
            for id in Set(ids) where expected[id] == nil {
                expected[id] = try reference.rank([id], for: 2, unknownIDs: .fallback)[0].score.bitPattern
            }
            for count in [1, 2, 3, 5, 6, 7, 12, 13, 511, 512, 513, 1_100] {
                for entry in try ranker.rank(Array(ids[..<count]), for: 2, unknownIDs: .fallback) {
                    #expect(entry.score.bitPattern == expected[entry.id], "\(kernel), \(count) candidates")
                }
            }
        }
    }

    @Test(arguments: reduced, [1, 3])
    func bulkScoringHasTheSameBits(_ precision: Precision, _ threads: Int) throws {
        let model = try Self.model(ModelSpec(users: 40, candidates: 1_500, hidden: [70, 20], dotProduct: true))
        for kernel in Self.kernels {
            let scorer = try BatchScorer(model, kernel: kernel, precision: precision, threads: threads)
            #expect("\(scorer.kernel)" == "\(kernel)")
            let ranker = try model.makeRanker(kernel: kernel, precision: precision, errorLimit: nil)
            let users = (0..<40).map { UInt32($0) }
            let lists = try scorer.best(7, userRows: users)
            for user in users {
                let ranked = try ranker.rank(
                    (1..<1_500).map { UInt64($0) },
                    for: UInt64(user),
                    top: 7,
                    unknownIDs: .fallback
                )
                let found = lists[Int(user)]
                #expect(found.map(\.row) == ranked.map { UInt32($0.id) })
                #expect(found.map(\.score.bitPattern) == ranked.map(\.score.bitPattern))
                let pairs = try scorer.scores(
                    userRows: ranked.map { _ in user },
                    candidateRows: ranked.map { UInt32($0.id) }
                )
                #expect(pairs.map(\.bitPattern) == ranked.map(\.score.bitPattern))
            }
        }
        let shallow = try Self.model(ModelSpec(hidden: [4]))
        let refused = engineError { _ = try BatchScorer(shallow, kernel: .scalar, precision: precision) }
        #expect(refused?.code == .precisionRefused)
    }

    @Test(arguments: reduced)
    func theErrorIsMeasuredAndShown(_ precision: Precision) throws {
        let spec = ModelSpec(users: 200, candidates: 3_000, hidden: [64, 32], dotProduct: true)
        let model = try Self.model(spec)
        let ranker = try model.makeRanker(kernel: .scalar, precision: precision, errorLimit: 1)
        let error = try #require(ranker.scoreError)
        #expect(error.userCount == 64 && error.candidateCount == 2_048)
        #expect(error.maximum > 0 && error.maximum < (precision == .int16 ? 1e-4 : 1e-2))
        #expect(error.topTenOverlap > 0.9 && error.topTenOverlap <= 1)
        let facts = Self.facts(ranker)
        #expect(facts["profile"] == "\(precision)-fma")
        #expect(facts["error_max"] == "\(error.maximum)" && facts["error_limit"] == "1.0")
        #expect(facts["error_sample"] == "64 users, 2048 candidates")
        #expect(facts["top10_overlap"]?.isEmpty == false)
        // The sample, and so the error, is the same for every kernel; and the error is not 0.
        for kernel in Self.kernels {
            #expect(try model.makeRanker(kernel: kernel, precision: precision, errorLimit: 1).scoreError == error)
        }
        let exact = try model.makeRanker()
        var largest: Float = 0
        for user in 0..<64 {
            let (id, ids) = (UInt64(user * 200 / 64), (0..<2_048).map { UInt64($0 * 3_000 / 2_048) })
            let wanted = try exact.rank(ids, for: id, unknownIDs: .fallback).sorted { $0.position < $1.position }
            let found = try ranker.rank(ids, for: id, unknownIDs: .fallback).sorted { $0.position < $1.position }
            for (left, right) in zip(wanted, found) { largest = max(largest, (left.score - right.score).magnitude) }
        }
        #expect(largest == error.maximum)
        // A limit equal to the measured error is met, and the next smaller float is not.
        _ = try model.makeRanker(kernel: .scalar, precision: precision, errorLimit: error.maximum)
        let refused = engineError {
            _ = try model.makeRanker(kernel: .scalar, precision: precision, errorLimit: error.maximum.nextDown)
        }
        #expect(refused?.code == .precisionRefused)
        #expect(refused?.message.contains("\(error.maximum)") == true)
        #expect(refused?.message.contains("\(error.maximum.nextDown)") == true)
    }

    @Test(arguments: reduced)
    func tablesAreCountedAndHaveToFit(_ precision: Precision) throws {
        let model = try Self.model(ModelSpec(users: 5, candidates: 23, hidden: [70, 16]))
        // Rows are multiples of 64 bytes.
        let bytes = (5 + 23) * (precision == .int16 ? 192 : 128)
        #expect(precision.tableBytes(model.shape) == bytes)
        _ = try model.makeRanker(memoryBudget: bytes, kernel: .scalar, precision: precision)
        let refused = engineError {
            _ = try model.makeRanker(memoryBudget: bytes - 1, kernel: .scalar, precision: precision)
        }
        #expect(refused?.code == .budgetTooSmall)
        #expect(refused?.message.contains("needs \(bytes) bytes of tables") == true)
    }

    @Test(arguments: reduced, [nil, [], [12]] as [[Int]?])
    func aModelWithoutASecondHiddenLayerIsRefused(_ precision: Precision, _ hidden: [Int]?) throws {
        let model = try Self.model(ModelSpec(hidden: hidden, dotProduct: hidden == nil))
        let refused = engineError { _ = try model.makeRanker(kernel: .scalar, precision: precision) }
        #expect(refused?.code == .precisionRefused)
        #expect(refused?.message.contains(model.shape.summary) == true)
        #expect(refused?.message.contains("serve it in fp32") == true)
    }

    @Test(arguments: reduced, [ScoringPlan.direct, .userOnce, .full])
    func anotherPlanIsRefused(_ precision: Precision, _ plan: ScoringPlan) throws {
        let model = try Self.model(ModelSpec(hidden: [8, 8]))
        let refused = engineError { _ = try model.makeRanker(plan: plan, kernel: .scalar, precision: precision) }
        #expect(refused?.code == .precisionRefused)
        #expect(try model.makeRanker(plan: .factored, kernel: .scalar, precision: precision).plan == .factored)
    }

    /// A user in no golden pair, so that the file can be proved, has a half that no scale fits.
    @Test(
        arguments: reduced,
        [(Float(1e38), Float(1), "unit 0 of the first layer"), (1e30, 3e38, "output 0 of the second")]
    )
    func weightsThatNoScaleFitsAreNamed(
        _ precision: Precision,
        _ example: (embedding: Float, weight: Float, place: String)
    ) throws {
        var draft = ModelSpec(users: 2_000, userDimensions: 1, candidateDimensions: 1, hidden: [1, 1]).draft()
        let golden = Set((0..<255).map { 1 + $0 * 7_919 % 1_999 })
        let other = try #require((1..<2_000).first { !golden.contains($0) })
        draft.users.embedding = [Float](repeating: 0, count: 2_000)
        draft.users.embedding[other] = example.embedding
        draft.layers[0] = ModelDraft.Dense(kernel: [10, 0], bias: [0])
        draft.layers[1] = ModelDraft.Dense(kernel: [example.weight], bias: [0.5])
        let directory = try TemporaryDirectory()
        try draft.write(to: directory.file("model"))
        let model = try RankModel.load(path: directory.file("model"))
        let refused = engineError { _ = try model.makeRanker(kernel: .scalar, precision: precision) }
        #expect(refused?.code == .precisionRefused)
        #expect(refused?.message.contains(example.place) == true, "\(String(describing: refused))")
        #expect(refused?.message.contains("\(precision)") == true)
    }

    @Test func kernelsOfIntegersByName() throws {
        let model = try Self.model(ModelSpec(hidden: [8, 8]))
        for kernel in Kernel.supported where kernel != .scalar {
            for refused in [
                engineError { _ = try model.makeRanker(kernel: kernel, precision: .int8) },
                engineError { _ = try Kernel.named("\(kernel)", for: .int8) },
            ] {
                #expect(refused?.code == .kernelUnavailable)
                #expect(refused?.message.contains("the kernel \(kernel) has no precision int8") == true)
            }
        }
        #expect(engineError { _ = try Kernel.named("sse9", for: .int16) }?.code == .kernelUnavailable)
        let named = engineError { _ = try Kernel.named("avx512-vnni") }
        #expect(named?.code == .kernelUnavailable)
        #expect(named?.message.contains("int16 and int8") == true)
        for kernel in Self.kernels where "\(kernel)" == "avx512-vnni" {
            let refused = engineError { _ = try model.makeRanker(kernel: kernel) }
            #expect(refused?.code == .kernelUnavailable)
            #expect(refused?.message.contains("int16 and int8") == true)
            #expect(try Kernel.best(for: .int8) == kernel)
        }
        if Self.kernels.count == 1 {
            #expect(engineError { _ = try Kernel.best(for: .int16) }?.code == .kernelUnavailable)
            let refused = engineError { _ = try model.makeRanker(precision: .int16) }
            #expect(refused?.code == .kernelUnavailable)
            #expect(refused?.message.contains("AVX-512 VNNI") == true)
        }
    }
}
