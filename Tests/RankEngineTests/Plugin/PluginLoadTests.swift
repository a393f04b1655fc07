import RankCore
import RankEngine
import TestSupport
import Testing

/// The checks of a plugin before it serves.
@Suite("PluginRanker: loading", .timeLimit(.minutes(5)))
struct PluginLoadTests {
    /// Libraries: a name, compiler options, and a part of the refusal.
    static let libraryFaults: [(String, [String], String)] = [
        ("symbol", ["-DENTRY=other"], "has no symbol rank_plugin_entry"),
        ("newer", ["-DABI=2"], "is of ABI version 2, this program speaks 1"),
        ("older", ["-DABI=0"], "is of ABI version 0"),
        ("none", ["-DTABLE=NULL"], "has no table of version 1"),
        ("short", ["-DTABLE_SIZE=64"], "its table has 64 bytes, version 1 has at least 72"),
        ("endless", ["-DTABLE_SIZE=0xffffffffu"], "its table has 4294967295 bytes"),
        ("nameless", ["-DNAME=NULL"], "name and version must be"),
        ("unnamed", ["-DNAME=\"\""], "name and version must be"),
        ("unreadable", ["-DNAME=\"\\xff\""], "name and version must be"),
        ("two-lines", ["-DNAME=\"a\\nready: b\""], "name and version must be"),
        ("long", ["-DNAME=\"\(String(repeating: "n", count: 64))\""], "name and version must be"),
        ("createless", ["-DCREATE=NULL"], "has no function create"),
    ]

    /// Instances: a misbehaviour, other options, and a part of the refusal.
    static let instanceFaults: [(String, [String: String], String)] = [
        ("fail-create", [:], "refuses to start: the model is upside down"),
        ("fail-silently", [:], "it gives no reason, only the status 77"),
        ("unended-error", [:], "refuses to start: xxx"), ("", ["no": "1"], "refuses to start: no such option"),
        ("fail-describe", [:], "describe failed: no words for it"), ("no-profile", [:], "no profile"),
        ("unended-profile", [:], "no profile"), ("coloured-profile", [:], "no profile"),
        ("no-text", [:], "a shape that is no UTF-8"),
        ("many-features", [:], "feature_count 1025; at most 1024"),
        ("many-goldens", [:], "golden_count 4097; at most 4096"), ("other-kind", [:], "id_kind 2"),
        ("nan-prior", [:], "the prior nan"), ("nan-cost", [:], "ns_per_request nan"),
        ("reserved", [:], "reserved 1"), ("long-struct", [:], "a structure of 224 bytes"),
        ("overwrite", [:], "wrote beyond it"), ("comma", ["features": "3"], "feature 0 has no name"),
        ("no-name", ["features": "3"], "feature 0 has no name"),
        ("fail-golden", ["goldens": "3"], "does not give golden score 0: forgotten"),
        ("missing-odd", ["features": "2"], "takes_missing gives 7 for feature 0"),
        ("missing-lie", ["features": "2"], "takes_missing says that features [0] may be missing"),
        ("fail-score", [:], "failed: the model fell over"), ("refuse-unknown", [:], "refuses the query: who is that"),
        ("nan-always", [:], "candidate 32, id 32, scores nan"),
        ("infinity-always", [:], "candidate 0, id 0, scores inf"),
        ("flush", [:], "changes the floating-point environment"),
        ("forget-last", [:], "candidate 32, id 32, scores nan"), ("place", [:], "in a list and"),
    ]

    @Test(
        arguments: libraryFaults
    )
    func aLibraryThatIsNoPluginOfThisVersionIsRefusedAndNamed(name: String, options: [String], message: String) throws {
        let path = try MisbehavingPlugin.compiled(name, options)
        let error = engineError { _ = try PluginRanker.load(PluginReference(libraryPath: path)) }
        #expect(error?.code == .pluginRefused)
        #expect(error?.message.hasPrefix("plugin \(path): ") == true, "\(error?.message ?? "none")")
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "none")")
    }

    @Test
    func aFileThatIsMissingAFolderAndAFileThatIsNoLibraryAreRefusedAndNamed() throws {
        let directory = try TemporaryDirectory()
        try directory.write("text.so", "no library")
        for (path, message) in [
            (directory.file("none.so"), "there is no regular file"), (directory.path, "there is no regular file"),
            (directory.file("text.so"), "cannot load it"),
            (try MisbehavingPlugin.cutShort(in: directory), "it is cut short"),
        ] {
            let error = engineError { _ = try PluginRanker.load(PluginReference(libraryPath: path)) }
            #expect(error?.code == .pluginRefused)
            #expect(error?.message.contains(message) == true && error?.message.contains(path) == true)
        }
    }

    @Test(
        arguments: instanceFaults
    )
    func anInstanceThatLiesFailsOrGivesScoresThatAreNoneIsRefusedAndNamed(
        does: String,
        options: [String: String],
        message: String
    ) {
        let error = engineError { _ = try MisbehavingPlugin.ranker(does, options) }
        #expect(error?.code == .pluginRefused)
        #expect(error?.message.hasPrefix("plugin misbehaving/0.1 (") == true, "\(error?.message ?? "none")")
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "none")")
    }

    @Test
    func aModelThatIsMissingIsThePluginsToRefuseOneThatIsThereMakesTheModelId() throws {
        let directory = try TemporaryDirectory()
        func load(_ name: String, _ options: [String: String] = [:]) throws -> ModelID {
            let reference = MisbehavingPlugin.reference("", options, model: directory.file(name))
            return try PluginRanker.load(reference).info.modelID
        }
        #expect(engineError { _ = try load("none") }?.message.contains("cannot open the model") == true)
        try directory.write("a", "one")
        try directory.write("b", "two")
        try directory.write("c", "one")
        #expect(try load("a") == load("c"))
        #expect(try load("a") != load("b"))
        #expect(try load("a") != load("a", ["features": "2"]))
        #expect(try load("a") != .unspecified)
    }

    @Test
    func aLibraryThatWasReplacedIsNotMixedWithTheOneThatIsLoaded() throws {
        let path = try MisbehavingPlugin.compiled("replaced", [])
        let reference = PluginReference(libraryPath: path)
        #expect(try PluginRanker.load(reference).subject.contains("misbehaving/0.1"))
        _ = try MisbehavingPlugin.compiled("replaced", ["-DNAME=\"other\""])
        let error = engineError { _ = try PluginRanker.load(reference) }
        #expect(error?.message.contains("restart the process") == true, "\(error?.message ?? "none")")
    }

    @Test
    func infoHasWhatThePluginSaysOfItself() throws {
        let info = try MisbehavingPlugin.ranker("", ["features": "2", "kind": "utf8"]).info
        let facts = Dictionary(uniqueKeysWithValues: info.facts.map { ($0.key, $0.value) })
        #expect(facts["architecture"] == "misbehaving/0.1" && facts["kernel"] == "misbehaving/0.1")
        #expect(facts["plan"] == "plugin" && facts["profile"] == "hash/1" && facts["shape"] == "nothing")
        #expect(facts["id_kind"] == "utf8" && facts["features"] == "2" && facts["prior"] == "0.5")
        #expect(facts["feature_names"] == "feature0,feature1")
        #expect(info.hasTextIDs && info.featureCount == 2 && info.prior == 0.5)
        #expect(info.costHint == ScoringCost(perRequest: 0, perCandidate: 20))
        // FNV-1a of "hash/1" is 0x9f295df1, computed by another program.
        #expect(info.profile.rawValue == 0xDDF1)
    }

    @Test
    func goldenScoresAreDemandedWithTheirFeatures() throws {
        for kind in ["u64", "utf8"] {
            let options = ["goldens": "5", "features": "3", "kind": kind]
            #expect(try MisbehavingPlugin.ranker("", options).reproduceGoldens() == 5)
            let wrong = try MisbehavingPlugin.ranker("wrong-golden", options)
            let error = engineError { _ = try wrong.reproduceGoldens() }
            #expect(error?.code == .selfCheckFailed)
            #expect(error?.message.contains("misbehaving/0.1") == true, "\(error?.message ?? "none")")
        }
    }
}
