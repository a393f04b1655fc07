import CLibrary

/// The names in a directory.
package enum DirectoryListing {
    /// The names in a directory without `.` and `..`, sorted by their bytes.
    ///
    /// - Throws: `unreadable` with the system's reason.
    package static func names(in directory: String) throws(SystemError) -> [String] {
        // https://man7.org/linux/man-pages/man3/opendir.3.html
        guard let handle = unsafe opendir(directory) else { throw .unreadable(directory, call: "opendir", errno) }
        defer { unsafe closedir(handle) }
        var names: [String] = []
        while let entry = unsafe readdir(handle) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: pointer.pointee))
                {
                    unsafe String(cString: $0)
                }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}
