import CLibrary

/// Joins a directory and a name with exactly one slash.
package func joinPath(_ directory: String, _ name: String) -> String {
    directory.hasSuffix("/") ? directory + name : directory + "/" + name
}

/// The last component of a path, trailing slashes ignored.
package func lastPathComponent(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
}

/// The absolute path of something that exists, without links and dots; nil if nothing is there.
package func resolvedPath(_ path: String) -> String? {
    // https://man7.org/linux/man-pages/man3/realpath.3.html
    guard let real = unsafe realpath(path, nil) else { return nil }
    defer { unsafe free(real) }
    return unsafe String(cString: real)
}

/// Removes the name of a file or a socket; does nothing where the system refuses.
package func removeFile(_ path: String) {
    unsafe unlink(path)
}
