import RankCore
import RankEngine
import TestSupport
import Testing

/// Features that are missing: NaN reaches a plugin that takes it, always with the same bits, and no other.
@Suite("PluginRanker: missing features", .timeLimit(.minutes(5)))
struct PluginMissingTests {
    private static func missingFeatures(_ ranker: PluginRanker) -> String? {
        ranker.info.facts.first { $0.key == "missing_features" }?.value
    }

    @Test
    func aPluginThatTakesThemGetsOneNaNForAllAndNeverAnInfinity() throws {
        let ranker = try MisbehavingPlugin.ranker("", ["features": "2"])
        #expect(ranker.info.takesMissingFeatures && ranker.missingFeatures == [true, true])
        #expect(Self.missingFeatures(ranker) == "accepted")
        // The plugin hashes the bits of features.
        let expected = try ranker.rank([1, 2], for: 1, features: [.nan, 1, 2, .nan], unknownIDs: .fallback)
        for bits: UInt32 in [0x7F80_0001, 0x7FC0_1234, 0xFFC0_0000, 0xFFFF_FFFF] {
            let missing = Float(bitPattern: bits)
            let found = try ranker.rank([1, 2], for: 1, features: [missing, 1, 2, missing], unknownIDs: .fallback)
            #expect(found.map(\.score.bitPattern) == expected.map(\.score.bitPattern))
        }
        for value in [Float.infinity, -.infinity] {
            let features = [1, 1, .nan, value]
            let error = engineError { _ = try ranker.rank([1, 2], for: 1, features: features, unknownIDs: .fallback) }
            #expect(error?.code == .invalidQuery && error?.position == 1)
            #expect(error?.message.contains("feature 1 (feature1) of candidate 1 is \(value)") == true)
        }
    }

    @Test
    func aPluginThatSaysNoAndOneThatWasBuiltWithAnEarlierHeaderGetNone() throws {
        let older = try MisbehavingPlugin.compiled("earlier-header", ["-DTABLE_SIZE=72"])
        let options = [PluginReference.Option(key: "features", value: "2")]
        for ranker in [
            try MisbehavingPlugin.ranker("missing-refused", ["features": "2"]),
            try PluginRanker.load(PluginReference(libraryPath: older, options: options)),
        ] {
            #expect(!ranker.info.takesMissingFeatures && Self.missingFeatures(ranker) == "refused")
            let error = engineError {
                _ = try ranker.rank([1, 2], for: 1, features: [1, 1, .nan, 1], unknownIDs: .fallback)
            }
            #expect(error?.code == .invalidQuery && error?.position == 1)
            #expect(error?.message.contains("feature 0 (feature0) of candidate 1 is missing (NaN)") == true)
            #expect(try ranker.rank([1, 2], for: 1, features: [1, 1, 2, 1], unknownIDs: .fallback).count == 2)
        }
    }

    @Test
    func aPluginThatDoesNotSayIsTried() throws {
        let silent = ["-DTAKES_MISSING=NULL"]
        let features = PluginReference.Option(key: "features", value: "2")
        let lie = PluginReference.Option(key: "does", value: "missing-lie")
        let path = try MisbehavingPlugin.compiled("silent-of-missing", silent)
        let hashing = try PluginRanker.load(PluginReference(libraryPath: path, options: [features]))
        #expect(Self.missingFeatures(hashing) == "accepted")
        // The plugin gives no score where a feature is missing: it takes no missing features, which is no error.
        let needing = try PluginRanker.load(PluginReference(libraryPath: path, options: [features, lie]))
        #expect(Self.missingFeatures(needing) == "refused")
        let one = PluginReference.Option(key: "does", value: "missing-first")
        let first = try PluginRanker.load(PluginReference(libraryPath: path, options: [features, one]))
        #expect(Self.missingFeatures(first) == "0" && first.missingFeatures == [true, false])
        #expect(try first.rank([1], for: 1, features: [.nan, 1], unknownIDs: .fallback).count == 1)
        let error = engineError { _ = try first.rank([1], for: 1, features: [1, .nan], unknownIDs: .fallback) }
        #expect(error?.message.contains("feature 1 (feature1) of candidate 0 is missing") == true)
    }

    @Test
    func withoutFeaturesThereIsNothingToSay() throws {
        let ranker = try MisbehavingPlugin.ranker()
        #expect(!ranker.info.takesMissingFeatures && Self.missingFeatures(ranker) == nil)
    }
}
