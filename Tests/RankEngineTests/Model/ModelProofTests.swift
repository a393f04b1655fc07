import RankEngine
import TestSupport
import Testing

@Suite("What a model is proved by")
struct ModelProofTests {
    private static func load(_ raw: RawModel) throws -> RankModel {
        let directory = try TemporaryDirectory()
        try writeFile(directory.file("model"), raw.sealed())
        return try RankModel.load(path: directory.file("model"))
    }

    private static func fact(_ model: RankModel) throws -> String? {
        try model.makeRanker().info.facts.first { $0.key == "proof" }?.value
    }

    @Test(arguments: ["source", "predictions"])
    func aConversionThatItsSourceScoredSaysSo(kind: String) throws {
        var raw = try RawModel(fixture: "activated")
        raw.metadata["proof"] = kind
        let model = try Self.load(raw)
        #expect(model.metadata.proof.comparison == .init(source: "exact fractions", maximumDifference: 1e-6))
        #expect(try Self.fact(model) == "\(kind) exact fractions")
    }

    @Test
    func withoutAProofAFileWhoseTrainingIsUnknownIsUnprovedAndAnotherOneTrained() throws {
        var raw = try RawModel(fixture: "every_term")
        #expect(try Self.fact(Self.load(raw)) == "unproved")
        raw.metadata["fingerprint.version"] = "rank-train/1"
        #expect(try Self.fact(Self.load(raw)) == "trained")
        raw.metadata["proof"] = "unproved"
        #expect(try Self.fact(Self.load(raw)) == "unproved")
    }

    @Test
    func aDifferenceOfExactlyTheLimitIsAcceptedWithScoresOfTheSourceThatAreEqualToo() throws {
        var raw = try RawModel(fixture: "activated")
        raw["golden.source_scores"].bytes = raw["golden.scores"].bytes
        raw.metadata["proof.max_difference"] = "0"
        #expect(try Self.load(raw).metadata.proof.comparison?.maximumDifference == 0)
        let score = Float(bitPattern: raw["golden.scores"].bytes[..<4].reversed().reduce(0) { $0 << 8 | UInt32($1) })
        raw.set("golden.source_scores", 0, to: score.nextUp.bitPattern)
        #expect(throws: EngineError.self) { try Self.load(raw) }
        raw.metadata["proof.max_difference"] = "\(Double(score.nextUp) - Double(score))"
        _ = try Self.load(raw)
    }

    @Test
    func whatIsMadeOfAConversionIsUnprovedWhatIsMadeOfATrainedModelIsTrained() throws {
        let directory = try TemporaryDirectory()
        for (fixture, version, expected) in [
            ("activated", "unknown", ModelProof.unproved), ("every_term", "unknown", .unproved),
            ("two_hidden", "rank-train/1", .trained),
        ] {
            var raw = try RawModel(fixture: fixture)
            raw.metadata["fingerprint.version"] = version
            let model = try Self.load(raw)
            try ModelDraft(model).write(to: directory.file("copy"))
            _ = try mixedCatalogue(model, candidates: 20, seed: 1).write(to: directory.file("large"))
            for name in ["copy", "large"] {
                let made = try RankModel.load(path: directory.file(name))
                #expect(made.metadata.proof == expected)
                #expect(made.rawMetadata["proof"] == (expected == .unproved ? "unproved" : nil))
            }
        }
    }

    @Test
    func onlyAConverterWritesThatASourceWasComparedWith() throws {
        let directory = try TemporaryDirectory()
        var draft = ModelSpec().draft()
        draft.metadata.proof = .source(.init(source: "keras", maximumDifference: 0))
        #expect(engineError { try draft.write(to: directory.file("model")) }?.code == .invalidModel)
    }
}
