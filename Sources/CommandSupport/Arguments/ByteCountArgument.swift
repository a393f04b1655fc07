public import ArgumentParser

/// A number of bytes on the command line: `65536`, `512K`, `64M`, `2G`, in powers of 1,024.
///
/// A number from 1 to 1,023 without a unit is refused: it is hardly a number of bytes.
public struct ByteCountArgument: ExpressibleByArgument, Sendable, Hashable {
    /// The number of bytes.
    public let byteCount: Int

    /// A number of bytes, for defaults.
    public init(_ byteCount: Int) {
        self.byteCount = byteCount
    }

    /// Reads a whole number and a unit, without a blank between them.
    ///
    /// `ArgumentRefusal` has the reason of a refusal.
    public init?(argument: String) {
        guard let byteCount = Self.parse(argument), !(1..<1_024).contains(byteCount) else {
            ArgumentRefusal.note(argument, Self.refusal(argument))
            return nil
        }
        self.byteCount = byteCount
    }

    private static func parse(_ argument: String) -> Int? {
        let units: [Character: Int] = ["K": 10, "M": 20, "G": 30]
        let shift = argument.last.flatMap { units[$0] }
        let digits = shift == nil ? argument[...] : argument.dropLast()
        guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(digits) else { return nil }
        let (product, overflow) = number.multipliedReportingOverflow(by: 1 << (shift ?? 0))
        return overflow ? nil : product
    }

    /// The reason why a text is not a number of bytes.
    private static func refusal(_ text: String) -> String {
        let expected = "expected a whole number of bytes, or of K, M or G (powers of 1,024)"
        if parse(text) != nil {
            return "it has no unit, and \(text) bytes are hardly meant; write \(text)M, or \(text)K"
        }
        let number = text.prefix { $0.isASCII && $0.isNumber }
        let unit = text.dropFirst(number.count).drop { $0 == " " }.first.map { $0.uppercased() } ?? ""
        if ["K", "M", "G"].contains(unit), parse("\(number)\(unit)") != nil {
            return "\(expected); did you mean \(number)\(unit)?"
        }
        return "\(expected), such as 64M"
    }

    /// The text that reads back as this: for the defaults in `--help`.
    public var defaultValueDescription: String { "\(byteCount)" }
}
