import RankCore
import RankEngine
import TestSupport
import Testing

@Suite("Activations and output steps of models")
struct ActivationTests {
    private static let names = [
        "relu", "linear", "leaky_relu(0.2)", "leaky_relu(-1.5)", "relu6", "tanh", "sigmoid", "gelu", "gelu_tanh",
        "silu",
        "elu(1)", "elu(0.3)",
    ]

    private static func model(_ draft: ModelDraft) throws -> RankModel {
        let directory = try TemporaryDirectory()
        try draft.write(to: directory.file("model"))
        return try RankModel.load(path: directory.file("model"))
    }

    @Test(arguments: names)
    func aTextIsReadAndWrittenAsItIs(name: String) {
        #expect(Activation(name)?.description == name)
    }

    @Test(arguments: [
        ("elu(1.00)", "elu(1)"), ("elu(1e-05)", "elu(1e-05)"), ("leaky_relu(0.20000)", "leaky_relu(0.2)"),
        ("elu(-0)", "elu(0)"), ("leaky_relu(2e+1)", "leaky_relu(20)"),
    ]
    )
    func decimalsAreReadAsWhatTheySay(text: String, written: String) {
        #expect(Activation(text)?.description == written)
    }

    @Test(arguments: [
        "", "ReLU", "tanh ", " tanh", "relu(1)", "tanh()", "elu", "elu()", "elu(", "elu)", "elu(1", "elu(1))",
        "elu(nan)",
        "elu(inf)", "elu(1e99)", "elu(1e-40)", "elu(0x1p3)", "elu(.5)", "elu(5.)", "elu(+1)", "elu(1e)", "elu(1 )",
        "elu(--1)", "elu(1.5.2)", "elu(٣)", "leaky_relu(0.2,1)", "softmax",
    ]
    )
    func whatIsNoActivationIsNone(text: String) {
        #expect(Activation(text) == nil)
    }

    /// One function throughout, mixtures, one layer alone, and no layers with an output step.
    private static let specs: [ModelSpec] = {
        func spec(_ seed: Int, _ hidden: [Int]?, _ activations: [String]?) -> ModelSpec {
            var spec = ModelSpec(userDimensions: 5, candidateDimensions: 5, hidden: hidden, seed: UInt64(seed))
            spec.candidates = 40
            spec.activations = activations
            spec.dotProduct = hidden == nil || seed % 2 == 0
            (spec.userBias, spec.candidateBias, spec.mean) = (seed % 3 == 0, seed % 3 == 1, seed % 4 < 2)
            return spec
        }
        var specs = names.enumerated().flatMap { index, name in
            [spec(index, [33, 17], [name, name]), spec(index + 1, [5, 65, 48], [name, "relu", name])]
        }
        for (index, name) in names.enumerated() {
            var alone = spec(index, index % 2 == 0 ? [] : nil, nil)
            alone.output = name
            if index % 3 > 0 { alone.outputScale = [4, index % 3 == 1 ? 1 : -0.0] }
            specs.append(alone)
        }
        var generator = SplitMix64(seed: 99)
        for seed in 0..<21 {
            let values = ModelSpec.Values.allCases[seed % ModelSpec.Values.allCases.count]
            var random = ModelSpec.random(seed: UInt64(seed), values: values)
            random.activations = (random.hidden ?? []).map { _ in names.randomElement(using: &generator) ?? "tanh" }
            if seed % 3 > 0 { random.output = names.randomElement(using: &generator) ?? "tanh" }
            if seed % 2 > 0 { random.outputScale = [.random(in: -5...5, using: &generator), 0.5] }
            specs.append(random)
        }
        return specs
    }()

    @Test(arguments: specs)
    func everyKernelAndPlanGivesTheBitsOfItsProfilesOracle(_ spec: ModelSpec) throws {
        let draft = spec.draft()
        let model: RankModel
        do {
            model = try Self.model(draft)
        } catch let error as EngineError where spec.values == .large {
            // A sum that overflows float32 is refused when the file is written.
            #expect(error.code == .scoreNotFinite)
            return
        }
        var generator = SplitMix64(seed: spec.seed)
        let ids = (0..<Int.random(in: 1...40, using: &generator)).map { _ in
            UInt64.random(in: 0..<UInt64(spec.candidates), using: &generator)
        }
        for profile in [NumericProfile.fp32FMA, .fp32Unfused] {
            let oracle = Oracle(draft, profile: profile)
            let user = Int.random(in: 0..<spec.users, using: &generator)
            let expected = ids.map { oracle.score(user: user, candidate: Int($0)) }
            guard expected.allSatisfy(\.isFinite) else { continue }
            for kernel in Kernel.supported where kernel.profile == profile {
                for plan in ScoringPlan.allCases {
                    let ranker = try model.makeRanker(plan: plan, kernel: kernel)
                    #expect(ranker.kernel == kernel || "\(kernel)" == "avx512-skip")
                    #expect(try ranker.reproduceGoldens() == model.goldenCount)
                    let found = try ranker.rank(ids, for: UInt64(user), unknownIDs: .fallback).sorted {
                        $0.position < $1.position
                    }
                    #expect(found.map(\.score.bitPattern) == expected.map(\.bitPattern), "\(kernel) \(plan)")
                }
            }
        }
        let rows = ids.map { UInt32($0) }
        let oracle = Oracle(draft)
        let users = rows.indices.map { $0 % spec.users }
        let scores = zip(users, rows).map { oracle.score(user: $0, candidate: Int($1)) }
        if scores.allSatisfy(\.isFinite) {
            let batch = try BatchScorer(draft).scores(userRows: users.map { UInt32($0) }, candidateRows: rows)
            #expect(batch.map(\.bitPattern) == scores.map(\.bitPattern))
        }
    }

    private static func stepped() -> ModelSpec {
        var spec = ModelSpec(candidates: 12, hidden: [40, 20], activations: ["tanh", "relu"])
        (spec.output, spec.outputScale) = ("sigmoid", [4, 1])
        return spec
    }

    @Test
    func theFileSaysWhatFollowsIsOfTheArchitecture2AndComesBackWhole() throws {
        let directory = try TemporaryDirectory()
        var draft = Self.stepped().draft()
        draft.metadata.fingerprint = TrainingFingerprint(["version": "1"])
        let id = try draft.write(to: directory.file("a"))
        let model = try RankModel.load(path: directory.file("a"))
        #expect(model.architecture == "two-tower-rating/2")
        #expect(model.rawMetadata["activations"] == "tanh,relu" && model.rawMetadata["output"] == "sigmoid")
        #expect(model.shape.summary == "8+8 → 40 tanh → 20 → 1, output sigmoid, output scaled")
        #expect(try ModelDraft(model).write(to: directory.file("b")) == id)
        let enlarged = directory.file("large")
        _ = try mixedCatalogue(model, candidates: 50, seed: 3).write(to: enlarged)
        let large = try RankModel.load(path: enlarged)
        #expect(large.shape.activations == model.shape.activations && large.shape.output == model.shape.output)
        #expect(large.shape.outputScale && large.metadata.proof == .trained)
        #expect(try large.makeRanker().reproduceGoldens() == large.goldenCount)
    }

    @Test
    func aModelOfReluThroughoutStaysOfTheArchitecture1() throws {
        var spec = ModelSpec(hidden: [16, 8])
        spec.activations = ["relu", "relu"]
        let model = try Self.model(spec.draft())
        #expect(model.architecture == "two-tower-rating/1")
        #expect(model.rawMetadata["activations"] == nil && model.rawMetadata["output"] == nil)
    }

    @Test(arguments: [[], ["tanh"], ["tanh", "relu", "relu"]]
    )
    func draftsWhoseActivationsDoNotFitTheirLayersAreRefused(activations: [String]) throws {
        let directory = try TemporaryDirectory()
        var spec = ModelSpec(hidden: [16, 8])
        spec.activations = activations
        let error = engineError { try spec.draft().write(to: directory.file("model")) }
        #expect(error?.code == .invalidModel)
        #expect(error?.message.contains("\(activations.count) activations for 2 layers") == true)
    }

    @Test
    func integersAreRefusedAndUnitsThatAreNever0AreNotPassedOver() throws {
        let model = try Self.model(Self.stepped().draft())
        for precision in [Precision.int16, .int8] {
            let error = engineError { _ = try model.makeRanker(kernel: .scalar, precision: precision) }
            #expect(error?.code == .precisionRefused)
            #expect(error?.message.contains("tanh") == true, "\(error?.message ?? "accepted")")
        }
        for kernel in Kernel.supported where "\(kernel)" == "avx512-skip" {
            #expect("\(try model.makeRanker(kernel: kernel).kernel)" == "avx512")
            #expect("\(try model.makeRanker().kernel)" == "avx512")
        }
    }

    @Test
    func withReluThroughoutAnOutputStepIsComputedBehindIntegersToo() throws {
        var spec = ModelSpec(candidates: 60, hidden: [64, 32])
        let plain = try Self.model(spec.draft())
        (spec.output, spec.outputScale) = ("sigmoid", [4, 1])
        let model = try Self.model(spec.draft())
        let functions = ActivationOracle(isFused: true)
        for kernel in ["scalar", "avx512-vnni"].compactMap({ try? Kernel.named($0, for: .int16) }) {
            let lists = try [plain, model].map { model in
                try model.makeRanker(kernel: kernel, precision: .int16, errorLimit: .infinity)
                    .rank((0..<60).map { UInt64($0) }, for: 1, unknownIDs: .fallback).sorted {
                        $0.position < $1.position
                    }.map(
                        \.score
                    )
            }
            let expected = lists[0].map { Float(1).addingProduct(4, functions.value("sigmoid", $0)) + 0 }
            #expect(lists[1].map(\.bitPattern) == expected.map(\.bitPattern))
        }
    }

    @Test(arguments: ["sigmoid", "relu", "tanh"]
    )
    func aSumThatIsNotFiniteStaysAnErrorWhateverTheOutputMakesOfIt(output: String) throws {
        var draft = ModelSpec(users: 3, candidates: 4, userDimensions: 1, candidateDimensions: 1, hidden: nil).draft()
        draft.dotProduct = true
        // Row 2 of both overflows; no golden pair has it, since the tables have one known row for each of those.
        draft.users.embedding = [1, 1, 1]
        draft.candidates.embedding = [1, 1, 1, 1]
        draft.output = Activation(output) ?? .linear
        draft.users.bias = [0, 0, 3e38]
        draft.candidates.bias = [0, 3e38, 0, 0]
        let directory = try TemporaryDirectory()
        let error = engineError { try draft.write(to: directory.file("model")) }
        #expect(error?.code == .scoreNotFinite)
        #expect(error?.message.contains("inf") == true, "\(error?.message ?? "accepted")")
        let batch = try BatchScorer(draft)
        let refused = engineError { _ = try batch.scores(userRows: [1, 2], candidateRows: [1, 1]) }
        #expect(refused?.code == .scoreNotFinite && refused?.position == 1)
    }
}
