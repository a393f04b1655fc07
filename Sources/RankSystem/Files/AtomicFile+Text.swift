extension AtomicFile {
    /// Writes a text as UTF-8, whole or not at all.
    package static func replace(path: String, with text: String) throws(Failure) {
        let bytes = Array(text.utf8)
        try replace(path: path) { (file) throws(Failure) in
            var failure: Failure?
            unsafe bytes.withUnsafeBytes { buffer in
                do throws(Failure) { unsafe try file.append(buffer) } catch { failure = error }
            }
            if let failure { throw failure }
        }
    }
}
