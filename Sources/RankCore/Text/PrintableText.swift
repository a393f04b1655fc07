extension String {
    /// The text as one line that is safe for a terminal and a log: control characters become U+FFFD, and the text is
    /// cut at a limit.
    ///
    /// For names and messages that come from a file or a peer: the result neither moves the cursor nor forges a line.
    ///
    /// - Parameter limit: The most Unicode scalars; a single character may have any number of them.
    /// - Returns: The text, with ` …` at its end where it was cut.
    /// - Complexity: O(limit).
    package func printable(limit: Int) -> String {
        var scalars = String.UnicodeScalarView()
        for (position, scalar) in unicodeScalars.enumerated() {
            if position == limit { return String(scalars) + " …" }
            let isControl = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
            scalars.append(isControl ? "\u{FFFD}" : scalar)
        }
        return String(scalars)
    }
}

/// A name from a file or a peer as one line for people: control characters become U+FFFD, and the text is cut after
/// 2,000 Unicode scalars.
package func oneLine(_ text: String) -> String {
    text.printable(limit: 2_000)
}
