import Foundation
import Testing

/// A fresh directory that lives as long as the test process.
struct TemporaryDirectory {
    let path: String

    /// Holds all directories of this process, so that one removal at its end is enough.
    private static let root: String = {
        let root = FileManager.default.temporaryDirectory.path + "/rank-data-" + UUID().uuidString
        atexit { try? FileManager.default.removeItem(atPath: TemporaryDirectory.root) }
        return root
    }()

    init() throws {
        path = Self.root + "/" + UUID().uuidString
        try Self.make(path)
    }

    static func make(_ path: String) throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    /// Writes a file.
    ///
    /// - Returns: Its path.
    @discardableResult
    func write(_ name: String, _ text: String, encoding: String.Encoding = .utf8) throws -> String {
        let file = path + "/" + name
        try #require(text.data(using: encoding)).write(to: URL(fileURLWithPath: file))
        return file
    }

    /// The names in it, sorted.
    var names: [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: path).sorted()) ?? []
    }
}
