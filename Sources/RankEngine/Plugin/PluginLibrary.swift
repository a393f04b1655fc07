package import CRankPlugin
internal import RankCore
import RankSystem
import Synchronization

/// A shared library whose table of functions has been checked.
///
/// A library stays loaded for the life of the process: its threads and its language's runtime may run at any time. May
/// be used from any thread.
@safe package final class PluginLibrary: Sendable {
    /// The only symbol that is looked up.
    static let symbol = "rank_plugin_entry"

    /// The plugin's name.
    let name: String
    /// The plugin's version.
    let version: String
    /// The library's name in messages.
    let subject: String

    // Proof: an immutable copy of functions that any thread may call according to the interface.
    package nonisolated(unsafe) let table: rank_plugin_table
    /// Whether the plugin was built with a header that has `takes_missing`.
    let knowsMissing: Bool

    private let identity: FileIdentity

    /// The size of the table in the first header of version 1, which ended with `golden`.
    private static let firstTableSize = 8 + 8 * MemoryLayout<Int>.size

    /// Every library that was opened, by its path.
    private static let opened = Mutex<[String: PluginLibrary]>([:])

    /// Opens a library, or returns the one that was opened before.
    ///
    /// - Throws: ``EngineError/Code/pluginRefused`` when the library is no plugin of this interface, or when another
    ///   file has replaced it since it was opened.
    package static func open(_ path: String) throws(EngineError) -> PluginLibrary {
        guard let identity = FileIdentity(path: path) else {
            throw EngineError(.pluginRefused, "plugin \(path): there is no regular file at \(path); fix the path")
        }
        let result = opened.withLock { opened -> Result<PluginLibrary, EngineError> in
            if let library = opened[path] { return .success(library) }
            do throws(EngineError) {
                let library = try PluginLibrary(path, identity)
                opened[path] = library
                return .success(library)
            } catch {
                return .failure(error)
            }
        }
        let library = try result.get()
        guard library.identity == identity else {
            throw EngineError(
                .pluginRefused,
                "\(library.subject): another file has taken the library's place since it was loaded; "
                    + "code is not loaded again: restart the process"
            )
        }
        return library
    }

    private init(_ path: String, _ identity: FileIdentity) throws(EngineError) {
        func refused(_ message: String) -> EngineError { EngineError(.pluginRefused, "plugin \(path): \(message)") }
        self.identity = identity
        if let promised = ELF.promisedSize(path), promised > identity.size {
            throw refused("it is cut short: the file has \(identity.size) bytes of \(promised); copy it anew")
        }
        let library: DynamicLibrary
        do throws(SystemError) {
            library = try DynamicLibrary(path: path)
        } catch {
            throw refused("cannot load it: \(error.message); is it a shared library for this machine?")
        }
        guard let address = unsafe library.address(of: Self.symbol) else {
            throw refused("it has no symbol \(Self.symbol); export that function, as docs/guide/plugins.md shows")
        }
        let entry = unsafe unsafeBitCast(address, to: rank_plugin_entry_function.self)
        guard let start = unsafe entry(RANK_PLUGIN_ABI_VERSION) else {
            throw refused(
                "it has no table of version \(RANK_PLUGIN_ABI_VERSION), which this program speaks; build it for that"
            )
        }
        let abiVersion = unsafe start.pointee.abi_version
        guard abiVersion == RANK_PLUGIN_ABI_VERSION else {
            throw refused(
                "it is of ABI version \(abiVersion), this program speaks \(RANK_PLUGIN_ABI_VERSION); build it for that"
            )
        }
        let size = unsafe Int(start.pointee.table_size)
        guard (Self.firstTableSize...65_536).contains(size) else {
            throw refused("its table has \(size) bytes, version \(abiVersion) has at least \(Self.firstTableSize)")
        }
        // Fields that an earlier header did not have stay zero.
        var table = unsafe rank_plugin_table()
        unsafe withUnsafeMutableBytes(of: &table) { target in
            unsafe target.copyMemory(from: UnsafeRawBufferPointer(start: start, count: min(size, target.count)))
        }
        knowsMissing = unsafe size >= MemoryLayout<rank_plugin_table>.size
        guard let name = unsafe Self.text(table.name), let version = unsafe Self.text(table.version) else {
            throw refused(
                "its name and version must be 1 to \(PluginText.longestName) bytes of UTF-8 without control characters"
            )
        }
        for (function, isThere) in unsafe [
            ("create", table.create != nil), ("describe", table.describe != nil), ("score", table.score != nil),
            ("destroy", table.destroy != nil),
        ] where !isThere {
            throw refused("its table has no function \(function)")
        }
        self.name = name
        self.version = version
        unsafe self.table = unsafe table
        subject = "plugin \(name)/\(version) (\(path))"
    }

    private static func text(_ pointer: UnsafePointer<CChar>?) -> String? {
        guard let pointer = unsafe pointer else { return nil }
        let limit = PluginText.longestName + 1
        let count = (0..<limit).first { unsafe pointer[$0] == 0 } ?? limit
        return unsafe PluginText.name(UnsafeRawBufferPointer(start: pointer, count: count))
    }
}

/// Texts of plugins.
package enum PluginText {
    /// The most bytes of a plugin's name, its version and the names of features.
    static let longestName = 63

    /// A name: 1 to 63 bytes of UTF-8 up to a zero or the end; nil for others, and for names that could forge a line of
    /// a log.
    static func name(_ bytes: UnsafeRawBufferPointer) -> String? {
        guard let text = unsafe text(bytes), (1...longestName).contains(text.utf8.count),
            text == text.printable(limit: longestName)
        else { return nil }
        return text
    }

    /// The text up to the first zero or to the end; nil if it is not UTF-8.
    package static func text(_ bytes: UnsafeRawBufferPointer) -> String? {
        let end = unsafe bytes.firstIndex(of: 0) ?? bytes.count
        return unsafe String(validating: UnsafeRawBufferPointer(rebasing: bytes[..<end]), as: UTF8.self)
    }
}
