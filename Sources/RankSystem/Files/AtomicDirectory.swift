import CLibrary

/// A directory of files that appears whole or not at all.
package enum AtomicDirectory {
    /// Makes a directory of files.
    ///
    /// The files are written and flushed in a temporary directory beside it, which is then renamed. An empty directory
    /// of that name is replaced, anything else is refused. Missing parent directories are made. A signal that ends the
    /// process does so after the unfinished files are removed. The temporary name is unique, so that the remains of a
    /// killed process do not interfere.
    ///
    /// - Parameters:
    ///   - directory: The directory's path.
    ///   - names: The names of the files.
    ///   - write: Writes the contents of the file with the given name.
    /// - Throws: `unwritable`; nothing is left behind.
    package static func write<Failure: SystemErrorConvertible>(
        _ directory: String,
        _ names: [String],
        write: (String, inout BufferedFile<Failure>) throws(Failure) -> Void
    ) throws(Failure) {
        var path = directory
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        guard !path.isEmpty else {
            throw Failure(SystemError(.unwritable, "the path of the directory to write is empty"))
        }
        if let kind = try Failure.converting(FileKind(of: path)) {
            guard kind == .directory else {
                throw Failure(SystemError(.unwritable, "\(path): a file is in the way; write elsewhere", path: path))
            }
            guard try Failure.converting(DirectoryListing.names(in: path)).isEmpty else {
                let message = "\(path): exists and is not empty; remove it or write elsewhere"
                throw Failure(SystemError(.unwritable, message, path: path))
            }
        }
        try HeldSignals.during { (signals) throws(Failure) in
            var parents: [String] = []
            do throws(Failure) {
                try Failure.converting(makeParents(of: path, &parents))
                try writeFiles(path, names, signals, write)
            } catch {
                // Parents that another process has used in the meantime are not empty, and stay.
                for parent in parents.reversed() { unsafe rmdir(parent) }
                throw error
            }
        }
    }

    private static func writeFiles<Failure: SystemErrorConvertible>(
        _ path: String,
        _ names: [String],
        _ signals: HeldSignals,
        _ write: (String, inout BufferedFile<Failure>) throws(Failure) -> Void
    ) throws(Failure) {
        let random = String(UInt64.random(in: 0...UInt64.max), radix: 36)
        let temporary = "\(path).tmp-\(getpid())-\(random)"
        guard unsafe mkdir(temporary, 0o777) == 0 else {
            let number = errno
            let reason = SystemCall.text(of: number)
            throw Failure(
                SystemError(
                    .unwritable,
                    "\(path): no directory can be made beside it: \(reason); write elsewhere",
                    call: "mkdir",
                    path: path,
                    errorNumber: number
                )
            )
        }
        do throws(Failure) {
            for name in names {
                var output = try BufferedFile<Failure>(
                    path: joinPath(temporary, name),
                    named: joinPath(path, name),
                    signals
                )
                try write(name, &output)
                try output.finish()
            }
            guard unsafe rename(temporary, path) == 0 else {
                throw Failure(.unwritable(path, call: "rename", errno))
            }
        } catch {
            for name in names { unsafe unlink(joinPath(temporary, name)) }
            unsafe rmdir(temporary)
            throw error
        }
    }

    /// Makes the missing directories above a path, and adds each to `made`, the outermost first.
    private static func makeParents(of path: String, _ made: inout [String]) throws(SystemError) {
        for index in path.indices.dropFirst() where path[index] == "/" {
            let parent = String(path[..<index])
            if unsafe mkdir(parent, 0o777) == 0 {
                made.append(parent)
            } else if errno != EEXIST {
                throw .unwritable(parent, call: "mkdir", errno)
            }
        }
    }
}
