import RankSystem

/// The files of data sets, with errors of this module.
enum FileSystem {
    /// The kind of a path; nil if nothing is there.
    static func kind(of path: String) throws(DataError) -> FileKind? {
        try DataError.converting(FileKind(of: path))
    }

    /// The names in a directory, sorted by their bytes.
    static func names(in directory: String) throws(DataError) -> [String] {
        try DataError.converting(DirectoryListing.names(in: directory))
    }

    /// The most bytes that are read into memory: some 80 million ratings, and an end to what never ends, such as a pipe
    /// that is filled for ever.
    static let largestFile = 2 << 30

    /// All bytes of a file, or of standard input when the path is `-`.
    ///
    /// - Throws: `unreadable`, also for more than `largestFile` bytes.
    static func read(_ path: String) throws(DataError) -> [UInt8] {
        try DataError.converting(FileReader.read(path, limit: largestFile))
    }
}
