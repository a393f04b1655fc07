import Foundation
package import RankEngine

/// `Tests/Fixtures/plugins/misbehaving.c`, compiled once for each kind of library.
package struct MisbehavingPlugin {
    private static let directory = try? TemporaryDirectory()

    /// A valid library; an option makes an instance misbehave.
    package static let library: String = (try? compiled("good", [])) ?? ""

    /// Compiles a library.
    package static func compiled(_ name: String, _ options: [String]) throws -> String {
        let directory = try Self.directory ?? TemporaryDirectory()
        let path = directory.file("lib\(name).so")
        try CompiledPlugin.c("Tests/Fixtures/plugins/misbehaving.c", to: path, options)
        return path
    }

    /// The first half of a library.
    package static func cutShort(in directory: TemporaryDirectory) throws -> String {
        let path = directory.file("half.so")
        let whole = try Data(contentsOf: URL(fileURLWithPath: library))
        try whole.prefix(whole.count / 2).write(to: URL(fileURLWithPath: path))
        return path
    }

    /// A reference to an instance that misbehaves, or does not.
    package static func reference(
        _ does: String = "",
        _ options: [String: String] = [:],
        model: String = ""
    ) -> PluginReference {
        var pairs = options.map { PluginReference.Option(key: $0.key, value: $0.value) }
        if !does.isEmpty { pairs.append(PluginReference.Option(key: "does", value: does)) }
        return PluginReference(libraryPath: library, modelPath: model, options: pairs)
    }

    /// A ranker of an instance that misbehaves.
    package static func ranker(_ does: String = "", _ options: [String: String] = [:]) throws -> PluginRanker {
        try PluginRanker.load(reference(does, options))
    }
}
