package import Foundation
import Synchronization

/// A fresh directory that lives as long as the test process.
///
/// Its path is short enough for sockets.
package struct TemporaryDirectory: Sendable {
    /// Where it is.
    package let path: String

    /// Holds all directories of this process, so that one removal at its end is enough.
    private static let root: String = {
        let root = "/tmp/rank-test-" + UUID().uuidString.prefix(8)
        atexit { try? FileManager.default.removeItem(atPath: TemporaryDirectory.root) }
        return root
    }()

    private static let count = Atomic<Int>(0)

    /// Makes an empty one.
    package init() throws {
        path = "\(Self.root)/\(Self.count.add(1, ordering: .relaxed).newValue)"
        try Self.make(path)
    }

    /// Makes a directory, with those that it lies in.
    package static func make(_ path: String) throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    /// The path of a file in it.
    package func file(_ name: String) -> String { "\(path)/\(name)" }

    /// An ipc endpoint in it.
    package func endpoint(_ name: String = "socket") -> String { "ipc://\(path)/\(name)" }

    /// Writes a file.
    ///
    /// - Returns: Its path.
    @discardableResult
    package func write(_ name: String, _ text: String, encoding: String.Encoding = .utf8) throws -> String {
        guard let data = text.data(using: encoding) else { throw CocoaError(.fileWriteInapplicableStringEncoding) }
        try data.write(to: URL(fileURLWithPath: file(name)))
        return file(name)
    }

    /// Writes a file of any bytes.
    ///
    /// - Returns: Its path.
    @discardableResult
    package func write(_ name: String, bytes: [UInt8]) throws -> String {
        try Data(bytes).write(to: URL(fileURLWithPath: file(name)))
        return file(name)
    }

    /// Puts a file of zeros there as writers do: under another name first, then renamed.
    package func write(_ name: String, byteCount: Int) throws {
        let temporary = try write(".temporary", bytes: [UInt8](repeating: 0, count: byteCount))
        guard rename(temporary, file(name)) == 0 else { throw CocoaError(.fileWriteUnknown) }
    }

    /// Removes the directory with all that is in it, before the process ends.
    package func remove() {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// The names in it, sorted.
    package var names: [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: path).sorted()) ?? []
    }
}
