/// A plugin's library, its model file and its options: `LIB:PATH?option=value&option=value`.
///
/// The library's path ends at the first `:` or `?`, the model's at the first `?`; `:PATH` and `?…` may be left out.
/// `%41` in an option's name or value stands for the byte 0x41, as is needed for `&` and `%`.
///
///     let reference = try PluginReference("./libpopularity.so:items.csv?damping=25")
///     let ranker = try PluginRanker.load(reference)
public struct PluginReference: Sendable, Hashable, CustomStringConvertible {
    /// A name and its value.
    public struct Option: Sendable, Hashable {
        /// The option's name, not empty.
        public var key: String
        /// The option's value, maybe empty.
        public var value: String

        /// Makes an option.
        public init(key: String, value: String) {
            self.key = key
            self.value = value
        }
    }

    /// The path of the shared library; the system's search paths are not used.
    public var libraryPath: String
    /// The path of the model file; empty if the plugin reads none.
    public var modelPath: String
    /// The options, in order.
    public var options: [Option]

    /// Makes a reference.
    public init(libraryPath: String, modelPath: String = "", options: [Option] = []) {
        self.libraryPath = libraryPath
        self.modelPath = modelPath
        self.options = options
    }

    /// Reads a reference.
    ///
    /// - Throws: ``EngineError/Code/pluginRefused`` for an invalid text, with the reason.
    public init(_ text: String) throws(EngineError) {
        let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let paths = parts[0].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        libraryPath = String(paths[0])
        modelPath = paths.count == 2 ? String(paths[1]) : ""
        options = []
        guard !libraryPath.isEmpty, !text.utf8.contains(0) else {
            throw EngineError(.pluginRefused, "\"\(text)\" names no library; expected LIB:PATH?option=value")
        }
        for pair in parts.dropFirst().joined().split(separator: "&", omittingEmptySubsequences: false) where pair != ""
        {
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard halves.count == 2, let key = Self.decoded(halves[0]), !key.isEmpty,
                let value = Self.decoded(halves[1])
            else {
                throw EngineError(.pluginRefused, "plugin \(libraryPath): \"\(pair)\" is no option=value")
            }
            guard !options.contains(where: { $0.key == key }) else {
                throw EngineError(.pluginRefused, "plugin \(libraryPath): the option \(key) is given twice")
            }
            options.append(Option(key: key, value: value))
        }
    }

    /// The file to watch for a new model: the model file, or the library where the plugin reads none.
    public var watchedPath: String { modelPath.isEmpty ? libraryPath : modelPath }

    /// The reference as text.
    public var description: String {
        let pairs = options.map { "\(Self.encoded($0.key))=\(Self.encoded($0.value))" }
        return "\(libraryPath):\(modelPath)" + (pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&"))
    }

    /// A text with `%41` and the like replaced; nil if the result is not UTF-8 or holds a zero, or an escape is
    /// incomplete.
    private static func decoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(Self.digit), let low = rest.popFirst().flatMap(Self.digit),
                high | low > 0
            else { return nil }
            bytes.append(high << 4 | low)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    /// The value of a hexadecimal digit; nil for every other byte.
    private static func digit(_ byte: UInt8) -> UInt8? {
        Character(UnicodeScalar(byte)).hexDigitValue.map { UInt8($0) }
    }

    private static func encoded(_ text: String) -> String {
        text.replacing("%", with: "%25").replacing("&", with: "%26").replacing("=", with: "%3d")
    }
}
