package import Foundation

/// The files of this repository that tests read, wherever a test's own file lies.
package enum Repository {
    /// The root's path, without a slash at its end.
    package static let root: String = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    /// The path of a file, from its path below the root.
    package static func file(_ path: String) -> String { "\(root)/\(path)" }

    /// The path of a file below `Tests/Fixtures`.
    package static func fixture(_ path: String) -> String { file("Tests/Fixtures/\(path)") }

    /// The text of a file, from its path below the root.
    package static func text(_ path: String) throws -> String {
        try String(contentsOf: URL(fileURLWithPath: file(path)), encoding: .utf8)
    }

    /// The bytes of a file below `Tests/Fixtures`.
    package static func fixtureData(_ path: String) throws -> Data {
        try Data(contentsOf: URL(fileURLWithPath: fixture(path)))
    }
}
