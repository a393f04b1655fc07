import RankCore
import RankEngine
import TestSupport
import Testing

/// The checks of a plugin before it serves.
@Suite("PluginRanker: loading", .timeLimit(.minutes(5)))
struct PluginLoadTests {
    @Test(arguments: MisbehavingPlugin.libraryFaults)
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

    @Test(arguments: MisbehavingPlugin.instanceFaults)
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
