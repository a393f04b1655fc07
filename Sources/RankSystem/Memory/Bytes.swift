import CLibrary

/// Comparisons and searches of bytes with the C library's vector code.
package enum Bytes {
    /// Whether two blocks hold the same bytes.
    ///
    /// - Complexity: O(*n*) in their number.
    package static func areEqual(_ one: UnsafeRawPointer, _ other: UnsafeRawPointer, count: Int) -> Bool {
        unsafe memcmp(one, other, count) == 0
    }

    /// The place of the first byte with a value; nil if there is none.
    ///
    /// - Complexity: O(*n*) in the number of bytes.
    package static func first(_ value: UInt8, in start: UnsafeRawPointer, count: Int) -> Int? {
        guard let found = unsafe memchr(start, Int32(value), count) else { return nil }
        return unsafe UnsafeRawPointer(found) - start
    }
}
