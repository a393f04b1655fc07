import Foundation
import RankCore
import RankEngine
import TestSupport
import Testing

/// `docs/reference/errors.md` has every refusal of a plugin, and no other.
@Suite(.timeLimit(.minutes(5))) struct PluginRefusalsDocumentTests {
    /// Every refusal that a plugin can cause.
    private static func refusals() throws -> [EngineError] {
        var found: [EngineError?] = MisbehavingPlugin.instanceFaults.map { does, options, _ in
            engineError { _ = try MisbehavingPlugin.ranker(does, options) }
        }
        for (name, options, _) in MisbehavingPlugin.libraryFaults {
            let path = try MisbehavingPlugin.compiled("document-\(name)", options)
            found.append(engineError { _ = try PluginRanker.load(PluginReference(libraryPath: path)) })
        }
        let directory = try TemporaryDirectory()
        let paths = [
            directory.file("none.so"), try directory.write("text.so", "no library"),
            try MisbehavingPlugin.cutShort(in: directory),
        ]
        for path in paths {
            found.append(engineError { _ = try PluginRanker.load(PluginReference(libraryPath: path)) })
        }
        for text in [":m", "lib.so:m?damping", "lib.so:m?a=1&a=2"] {
            found.append(engineError { _ = try PluginReference(text) })
        }
        found.append(
            engineError { _ = try MisbehavingPlugin.ranker("nan").rank([1_000_003], for: 1, unknownIDs: .fallback) }
        )
        found.append(
            engineError {
                _ = try MisbehavingPlugin.ranker("fail-one").rank([1_000_003], for: 1, unknownIDs: .fallback)
            }
        )
        found.append(
            engineError {
                _ = try MisbehavingPlugin.ranker("refuse-one").rank([1_000_003], for: 1, unknownIDs: .fallback)
            }
        )
        let needing = try MisbehavingPlugin.ranker("missing-refused", ["features": "1"])
        found.append(engineError { _ = try needing.rank([1], for: 1, features: [.nan], unknownIDs: .fallback) })
        let replaced = PluginReference(libraryPath: try MisbehavingPlugin.compiled("document-replaced", []))
        _ = try PluginRanker.load(replaced)
        _ = try MisbehavingPlugin.compiled("document-replaced", ["-DNAME=\"other\""])
        found.append(engineError { _ = try PluginRanker.load(replaced) })
        return found.compactMap { $0 }
    }

    @Test
    func everyRefusalHasARowAndEveryRowIsARefusal() throws {
        let rows = try DocumentTable(of: "docs/reference/errors.md", under: "Refusals of a plugin").rows
        let refusals = try Self.refusals()
        #expect(refusals.count == MisbehavingPlugin.instanceFaults.count + MisbehavingPlugin.libraryFaults.count + 11)
        for row in rows {
            #expect(refusals.contains { "\($0.code)" == row[0] && $0.message.contains(row[1]) }, "\(row)")
        }
        for refusal in refusals {
            #expect(rows.contains { "\(refusal.code)" == $0[0] && refusal.message.contains($0[1]) }, "\(refusal)")
        }
    }
}

/// The code of `docs/guide/plugins.md` does what the text says.
@Suite(.timeLimit(.minutes(5))) struct PluginDocumentTests {
    @Test
    func theFirstPluginCompilesAsItStandsLoadsAndRanksByCloseness() throws {
        let text = try Repository.text("docs/guide/plugins.md")
        let block = try #require(text.components(separatedBy: "```c\n").dropFirst().first)
        let code = try #require(block.components(separatedBy: "\n```").first)
        let directory = try TemporaryDirectory()
        let source = try directory.write("first.c", code)
        let library = directory.file("libfirst.so")
        try CompiledPlugin.c(source, to: library, ["-Wall", "-Werror"])
        let ranker = try PluginRanker.load(PluginReference(libraryPath: library))
        #expect(ranker.subject == "plugin closeness/1.0 (\(library))")
        let ranked = try ranker.rank([1, 40, 99], for: 42, unknownIDs: .fallback)
        #expect(ranked.map(\.id) == [40, 1, 99])
        #expect(ranked[0].score == 1 / Float(3))
        #expect(engineError { _ = try PluginRanker.load(PluginReference("\(library)?a=b")) }?.code == .pluginRefused)
    }
}
