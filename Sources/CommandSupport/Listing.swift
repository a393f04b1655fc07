import RankBase

/// Lines of names and values, the values in one column; without control characters, since both may come from files.
public func listing(_ lines: [(String, String)]) -> String {
    let lines = lines.map { (oneLine($0.0), oneLine($0.1)) }
    let width = lines.reduce(0) { max($0, $1.0.count) } + 2
    return lines.map { name, value in
        name + String(repeating: " ", count: width - name.count) + value + "\n"
    }.joined()
}

/// A name from a file or from outside as it is put into a line for people: whatever it holds, it neither moves the cursor
/// nor forges a line, and is cut after 2,000 characters.
public func oneLine(_ text: String) -> String {
    text.printable(limit: 2_000)
}
