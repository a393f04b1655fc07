extension RawSpan {
    /// Whether a part is UTF-8 as a whole.
    ///
    /// No allocation.
    func isUTF8(in range: Range<Int>) -> Bool {
        unsafe extracting(range).withUnsafeBytes { buffer in
            // Most ids are ASCII; the validator is needed for the rest.
            if unsafe buffer.allSatisfy({ $0 < 0x80 }) { return true }
            do {
                _ = try unsafe UTF8Span(validating: Span(_unsafeBytes: buffer))
                return true
            } catch {
                return false
            }
        }
    }

    /// Copies the bytes into a string; they must be UTF-8, or each wrong sequence becomes U+FFFD.
    public func makeString() -> String {
        unsafe withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
    }
}
