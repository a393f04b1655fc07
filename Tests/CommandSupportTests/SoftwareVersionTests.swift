import CommandSupport
import Foundation
import TestSupport
import Testing

/// The one version that programs, Python package and changelog tell.
@Suite struct SoftwareVersionTests {
    /// What stands behind the first occurrence of a text, up to the end of its line.
    private static func rest(_ path: String, after start: String) throws -> String {
        let lines = try Repository.text(path).split(separator: "\n")
        let line = try #require(lines.first { $0.hasPrefix(start) }, "\(path): \(start)")
        return String(line.dropFirst(start.count))
    }

    @Test func isThatOfTheNewestHeadingOfTheChangelog() throws {
        // As in `## [0.1.0] - 2026-11-30`; above it stands what is not released yet.
        let lines = try Repository.text("CHANGELOG.md").split(separator: "\n").filter { $0.hasPrefix("## [") }
        let released = try #require(lines.first { !$0.hasPrefix("## [Unreleased]") })
        let heading = released.split(separator: " ")
        #expect(heading[1] == "[\(softwareVersion.dropFirst("swift-rank ".count))]")
        // The day of the release, as in 2026-11-30.
        #expect(heading.last?.wholeMatch(of: /\d{4}-\d{2}-\d{2}/) != nil, "\(heading)")
    }

    @Test func isThatOfThePythonPackage() throws {
        let version = softwareVersion.split(separator: " ").last.map { "\"\($0)\"" }
        #expect(try Self.rest("Clients/python/pyproject.toml", after: "version = ") == version)
        #expect(try Self.rest("Clients/python/rank_client/__init__.py", after: "__version__ = ") == version)
    }
}
