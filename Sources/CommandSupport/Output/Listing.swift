import RankCore

/// Lines of names and values, the values in one column; without control characters, since both may come from files.
///
/// - Parameters:
///   - lines: Names and values.
///   - width: The columns of a terminal, which longer values are broken at; nil for lines of any length.
/// - Returns: The lines, each with its end.
public func listing(_ lines: [(String, String)], width: Int? = nil) -> String {
    let lines = lines.map { (oneLine($0.0), oneLine($0.1)) }
    let start = lines.reduce(0) { max($0, displayWidth($1.0)) } + 2
    func padded(_ name: String) -> String { name + String(repeating: " ", count: start - displayWidth(name)) }
    guard let width else { return lines.map { padded($0) + $1 + "\n" }.joined() }
    guard width >= 2 * start else {
        // The names would take more than half of each line.
        let indent = String(repeating: " ", count: width > 8 ? 2 : 0)
        return lines.map { name, value in
            if displayWidth(padded(name)) + displayWidth(value) <= width { return padded(name) + value + "\n" }
            let broken = wrap(name, to: width) + wrap(value, to: width - indent.count).map { indent + $0 }
            return broken.joined(separator: "\n") + "\n"
        }.joined()
    }
    let indent = String(repeating: " ", count: start)
    return lines.map { padded($0) + wrap($1, to: width - start).joined(separator: "\n" + indent) + "\n" }.joined()
}

/// The lines of a text, broken at blanks where they are longer than a terminal is wide.
///
/// - Parameters:
///   - text: A text, without control characters but the ends of its lines.
///   - stream: Where it will be written; a file or a pipe gets it as it is.
/// - Returns: The text.
public func broken(_ text: String, for stream: StandardStream) -> String {
    guard let width = stream.width else { return text }
    return text.split(separator: "\n", omittingEmptySubsequences: false)
        .map { displayWidth(String($0)) > width ? wrap(String($0), to: width).joined(separator: "\n") : String($0) }
        .joined(separator: "\n")
}
