import RankSystem

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

extension FileSystem {
    /// Makes a directory of files that appears whole or not at all.
    ///
    /// The files are written and synced under a temporary name beside it, which is then renamed. An empty directory
    /// of that name is replaced, anything else refused. Directories that are missing above it are made. A signal that
    /// ends the process does so after what was made is removed; the temporary name is no other process's, so that what
    /// a killed one has left is in nobody's way.
    ///
    /// - Parameters:
    ///   - directory: Its path.
    ///   - names: The files' names.
    ///   - write: Writes the contents of the file with that name.
    /// - Throws: `DataError` with code `unwritable`; nothing is left behind then.
    static func writeDirectory(
        _ directory: String,
        _ names: [String],
        write: (String, inout FileOutput) throws(DataError) -> Void
    ) throws(DataError) {
        var path = directory
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        guard !path.isEmpty else { throw DataError(.unwritable, "the path of the directory to write is empty") }
        if let kind = try kind(of: path) {
            guard kind == .directory else {
                throw DataError(.unwritable, "\(path): a file is in the way; write elsewhere")
            }
            guard try Self.names(in: path).isEmpty else {
                throw DataError(.unwritable, "\(path): exists and is not empty; remove it or write elsewhere")
            }
        }
        try HeldSignals.during { signals throws(DataError) in
            var parents: [String] = []
            do throws(DataError) {
                try makeParents(of: path, &parents)
                try writeDirectory(path, names, signals, write)
            } catch {
                // Those in which somebody else has put something meanwhile are not empty, and stay.
                for parent in parents.reversed() { rmdir(parent) }
                throw error
            }
        }
    }

    private static func writeDirectory(
        _ path: String,
        _ names: [String],
        _ signals: HeldSignals,
        _ write: (String, inout FileOutput) throws(DataError) -> Void
    ) throws(DataError) {
        let random = String(UInt64.random(in: 0...UInt64.max), radix: 36)
        let temporary = "\(path).tmp-\(getpid())-\(random)"
        guard mkdir(temporary, 0o777) == 0 else {
            let error = SystemCallError.last("mkdir")
            throw DataError(
                .unwritable,
                "\(path): no directory can be made beside it: \(error.text); write elsewhere",
                cause: error
            )
        }
        do throws(DataError) {
            for name in names {
                var output = try FileOutput(path: joinPath(temporary, name), named: joinPath(path, name), signals)
                try write(name, &output)
                try output.finish()
            }
            guard rename(temporary, path) == 0 else { throw failure("rename", path) }
        } catch {
            for name in names { unlink(joinPath(temporary, name)) }
            rmdir(temporary)
            throw error
        }
    }

    /// Makes the directories above a path that are not there, and adds each to `made`, the outermost first.
    private static func makeParents(of path: String, _ made: inout [String]) throws(DataError) {
        for index in path.indices.dropFirst() where path[index] == "/" {
            let parent = String(path[..<index])
            if mkdir(parent, 0o777) == 0 {
                made.append(parent)
            } else if errno != EEXIST {
                throw failure("mkdir", parent)
            }
        }
    }

    /// The error of the call that has just failed to write.
    static func failure(_ call: String, _ path: String) -> DataError {
        let error = SystemCallError.last(call)
        let isFull = [ENOSPC, EDQUOT, EFBIG].contains(error.number)
        let advice = isFull ? "make room for it, or write elsewhere" : "write elsewhere"
        return DataError(.unwritable, "\(path): \(error.text); \(advice)", cause: error)
    }
}
