extension AtomicFile {
    /// Writes a text as UTF-8, whole or not at all.
    package static func replace(path: String, with text: String) throws(EngineError) {
        let bytes = Array(text.utf8)
        try replace(path: path) { (file) throws(EngineError) in
            var failure: EngineError?
            unsafe bytes.withUnsafeBytes { buffer in
                do throws(EngineError) { unsafe try file.append(buffer) } catch { failure = error }
            }
            if let failure { throw failure }
        }
    }
}
