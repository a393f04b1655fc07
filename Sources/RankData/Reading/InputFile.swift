/// A file of pairs or ids that has been read, before it is known what its ids are.
public struct InputFile: Sendable, Equatable {
    /// The contents.
    public let bytes: [UInt8]
    /// The name in messages: the path, or `standard input`.
    public let source: String

    /// Reads a file.
    ///
    /// - Parameter path: The file, or `-` for standard input.
    /// - Throws: `DataError` when it cannot be read.
    public init(path: String) throws(DataError) {
        bytes = try FileSystem.read(path)
        source = path == "-" ? "standard input" : path
    }
}
