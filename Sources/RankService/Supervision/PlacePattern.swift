/// An endpoint or an address for several processes, from which each gets its own.
///
/// `tcp://127.0.0.1:7000-7003` gives each a port, a port of `*` or 0 one that is free, and `{n}` stands for the number
/// of the process, from 0 on: `ipc:///run/rank/{n}.sock`.
public enum PlacePattern {
    /// The places of `count` processes.
    ///
    /// - Parameters:
    ///   - text: An endpoint, or `HOST:PORT`.
    ///   - count: How many processes there are.
    /// - Returns: One text for each process, which checks its meaning.
    /// - Throws: `invalidConfiguration` if there is not one for each.
    public static func expand(_ text: String, count: Int) throws(ServiceError) -> [String] {
        if text.utf8.contains(UInt8(ascii: "{")) {
            guard let range = text.firstRange(of: "{n}") else {
                throw ServiceError(.invalidConfiguration, "\(text): write {n} where the process's number belongs")
            }
            return (0..<count).map { text.replacingCharacters(in: range, with: "\($0)") }
        }
        let isPath = text.hasPrefix("ipc://")
        guard !isPath, let colon = text.lastIndex(of: ":") else {
            guard count > 1 else { return [text] }
            throw ServiceError(
                .invalidConfiguration,
                "\(text): \(count) processes cannot share it; write {n} where the process's number belongs"
            )
        }
        let (host, port) = (text[...colon], text[text.index(after: colon)...])
        if port == "*" || port == "0" || count == 1 && !port.contains("-") {
            return Array(repeating: text, count: count)
        }
        let ends = port.split(separator: "-", omittingEmptySubsequences: false).map { UInt16($0) }
        guard ends.count == 2, let first = ends[0], let last = ends[1], first > 0, first <= last else {
            throw ServiceError(
                .invalidConfiguration,
                "\(text): \(count) processes need as many ports, such as \(host)7000-\(7_000 + count - 1), or \(host)*"
            )
        }
        guard Int(last) - Int(first) + 1 == count else {
            throw ServiceError(
                .invalidConfiguration,
                "\(text) has \(Int(last) - Int(first) + 1) ports for \(count) processes; give as many as processes"
            )
        }
        return (first...last).map { "\(host)\($0)" }
    }
}

extension String {
    fileprivate func replacingCharacters(in range: Range<Index>, with text: String) -> String {
        self[..<range.lowerBound] + text + self[range.upperBound...]
    }
}
