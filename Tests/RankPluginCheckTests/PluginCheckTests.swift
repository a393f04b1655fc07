import RankEngine
import RankPluginCheck
import Testing

/// The order of the checks where there is no plugin; EndToEndTests/Plugins runs them on real ones.
@Suite struct PluginCheckTests {
    @Test func aLibraryThatIsNotThereFailsTheFirstCheckAndEndsThem() {
        var check = PluginCheck(PluginReference(libraryPath: "/nonexistent/libnone.so"))
        var begun: [String] = []
        var findings: [PluginCheck.Finding] = []
        let isGood = check.run {
            begun.append($0)
        } end: {
            findings.append($0)
        }
        #expect(!isGood)
        #expect(begun == ["load"])
        #expect(findings.map(\.name) == ["load"])
        #expect(findings.allSatisfy { !$0.isGood && $0.figure.contains("/nonexistent/libnone.so") })
    }
}
