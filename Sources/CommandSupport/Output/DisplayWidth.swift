/// The columns that a text takes on a terminal: 2 for East Asian wide characters and emoji, 0 for combining marks.
///
/// Source: East_Asian_Width (UAX #11); ambiguous characters, such as `★` and `━`, take one column.
///
/// - Complexity: O(n) for n characters.
///
/// - Parameter text: A text without control characters (`oneLine(_:)`).
/// - Returns: The columns.
public func displayWidth(_ text: String) -> Int {
    text.reduce(0) { $0 + displayWidth($1) }
}

/// Cuts a text to a number of columns of a terminal; `…` stands at its end where something was cut.
///
/// - Parameters:
///   - text: A text without control characters.
///   - width: The columns; below 1 nothing is left.
/// - Returns: The text, or its beginning.
public func cut(_ text: String, to width: Int) -> String {
    guard displayWidth(text) > width else { return text }
    guard width >= 1 else { return "" }
    var shown = ""
    var columns = 0
    for character in text {
        columns += displayWidth(character)
        guard columns < width else { break }
        shown.append(character)
    }
    return shown + "…"
}

/// Breaks a text into lines of at most so many columns, at blanks where there are any in reach.
///
/// - Parameters:
///   - text: A text without control characters.
///   - width: The columns, at least 1; a character that is wider than this stands as `…`.
/// - Returns: The lines, at least one; the blanks that they were broken at are left out.
func wrap(_ text: String, to width: Int) -> [String] {
    let width = max(1, width)
    var lines: [String] = []
    var line: [Character] = []
    var columns = 0
    for character in text {
        let character = displayWidth(character) > width ? "…" : character
        if columns + displayWidth(character) > width {
            // A blank that does not fit is the break itself.
            let last = character == " " ? nil : line.lastIndex(of: " ")
            let blank = last.flatMap { $0 > 0 ? $0 : nil } ?? line.endIndex
            lines.append(String(line[..<blank]).withoutBlanksAtEnd)
            line = Array(line[blank...].drop { $0 == " " })
            columns = line.reduce(0) { $0 + displayWidth($1) }
            if character == " " { continue }
        }
        line.append(character)
        columns += displayWidth(character)
    }
    return lines + (line.isEmpty && !lines.isEmpty ? [] : [String(line)])
}

/// The columns of one user-perceived character.
private func displayWidth(_ character: Character) -> Int {
    if let ascii = character.asciiValue { return (0x20..<0x7F).contains(ascii) ? 1 : 0 }
    let scalars = character.unicodeScalars
    // A sequence of emoji, flags and keycaps among them, is drawn as one.
    if scalars.count > 1, scalars.contains(where: \.drawsAsEmoji) { return 2 }
    return scalars.reduce(0) { $0 + displayWidth($1) }
}

private func displayWidth(_ scalar: Unicode.Scalar) -> Int {
    let properties = scalar.properties
    switch properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .control, .lineSeparator, .paragraphSeparator: return 0
    // The soft hyphen is shown.
    case .format: return scalar.value == 0xAD ? 1 : 0
    default: break
    }
    // Vowels and final consonants of Hangul stand in the block of the consonant before them.
    if (0x1160...0x11FF).contains(scalar.value) || (0xD7B0...0xD7FF).contains(scalar.value) { return 0 }
    return properties.isEmojiPresentation || scalar.isEastAsianWide ? 2 : 1
}

extension Unicode.Scalar {
    /// Whether a character that holds this scalar beside others is drawn as a picture of two columns.
    fileprivate var drawsAsEmoji: Bool {
        // VARIATION SELECTOR-16 asks for the picture, as in `❤️`; the others are pictures by themselves.
        value == 0xFE0F || properties.isEmojiPresentation || properties.isEmojiModifier
    }

    /// Whether East_Asian_Width is W or F.
    fileprivate var isEastAsianWide: Bool {
        guard let lowest = eastAsianWideRanges.first, value >= lowest.first else { return false }
        var (low, high) = (0, eastAsianWideRanges.count)
        while low < high {
            let middle = (low + high) / 2
            if eastAsianWideRanges[middle].last < value { low = middle + 1 } else { high = middle }
        }
        return low < eastAsianWideRanges.count && eastAsianWideRanges[low].first <= value
    }
}

extension String {
    /// The text up to its last character that is no blank.
    var withoutBlanksAtEnd: String {
        let end = lastIndex { $0 != " " }.map(index(after:)) ?? startIndex
        return String(self[..<end])
    }
}
