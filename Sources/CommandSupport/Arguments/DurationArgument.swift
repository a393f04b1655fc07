public import ArgumentParser

/// A length of time on the command line: `250ms`, `1.5s`, `800us`, `2m`, `1h`.
///
/// A unit is required, because a bare number has been misread too often. At most nine digits before and after the
/// point; not negative.
public struct DurationArgument: ExpressibleByArgument, Sendable, Hashable {
    /// The length.
    public let duration: Duration

    /// A length of time, for defaults.
    public init(_ duration: Duration) {
        self.duration = duration
    }

    /// Reads a number and a unit, without a blank between them.
    ///
    /// `ArgumentRefusal` has the reason of a refusal.
    public init?(argument: String) {
        guard let duration = Self.parse(argument) else {
            ArgumentRefusal.note(argument, Self.refusal(argument))
            return nil
        }
        self.duration = duration
    }

    private static func parse(_ argument: String) -> Duration? {
        // Nanoseconds per unit.
        let units: [(String, Int64)] = [
            ("us", 1_000), ("ms", 1_000_000), ("s", 1_000_000_000), ("m", 60_000_000_000), ("h", 3_600_000_000_000),
        ]
        guard let (unit, nanoseconds) = units.first(where: { argument.hasSuffix($0.0) }) else { return nil }
        let parts = argument.utf8.dropLast(unit.utf8.count)
            .split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        for part in parts {
            guard (1...9).contains(part.count), part.allSatisfy(digits.contains) else { return nil }
        }
        func number(_ part: Substring.UTF8View) -> Int64 {
            part.reduce(0) { $0 * 10 + Int64($1 - digits.lowerBound) }
        }
        var duration = Duration.nanoseconds(nanoseconds) * number(parts[0])
        if parts.count == 2 {
            let scale = parts[1].reduce(Int64(1)) { scale, _ in scale * 10 }
            duration += Duration.nanoseconds(nanoseconds) * number(parts[1]) / scale
        }
        return duration
    }

    /// The reason why a text is not a length of time.
    private static func refusal(_ text: String) -> String {
        let expected = "expected a number and its unit (us, ms, s, m or h)"
        let number = text.prefix { $0.isASCII && $0.isNumber || $0 == "." }
        guard !number.isEmpty, parse("\(number)s") != nil else { return "\(expected), such as 250ms or 1.5s" }
        let rest = text.dropFirst(number.count)
        if rest.isEmpty { return "it has no unit; \(expected), such as \(number)s or \(number)ms" }
        let words = ["sec", "second", "seconds", "secs", "msec", "millis", "milliseconds", "min", "minutes", "minute"]
        let unit = rest.lowercased().filter { $0 != " " }
        let short =
            words.contains(unit)
            ? unit.hasPrefix("s") ? "s" : unit.hasPrefix("mi") && unit.contains("n") ? "m" : "ms" : unit
        if parse("\(number)\(short)") != nil { return "\(expected); did you mean \(number)\(short)?" }
        return "the unit '\(rest)' is unknown; \(expected), such as \(number)s"
    }

    /// The shortest text that reads back as this: for the defaults in `--help`.
    public var defaultValueDescription: String {
        for (unit, length) in [("h", Duration.seconds(3_600)), ("m", .seconds(60)), ("s", .seconds(1))]
        where duration >= length && duration / length == (duration / length).rounded() {
            return "\(Int64(duration / length))\(unit)"
        }
        let isWholeMilliseconds = duration / .milliseconds(1) == (duration / .milliseconds(1)).rounded()
        return isWholeMilliseconds
            ? "\(Int64(duration / .milliseconds(1)))ms" : "\(Int64(duration / .microseconds(1)))us"
    }
}
